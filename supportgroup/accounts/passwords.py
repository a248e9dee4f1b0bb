"""Passwords, for those who want one: what makes a good one, and checking it at equal cost for everybody."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete

from supportgroup import clock
from supportgroup.accounts import breached, queries
from supportgroup.accounts.models import Account, Change, Password
from supportgroup.accounts.notes import note
from supportgroup.db import db
from supportgroup.errors import Busy
from supportgroup.languages import gettext as _
from supportgroup.limits import Allowance, Patience

LEAST, LEAST_WITH_CODES, MOST = 15, 8, 256  # letters
TRIES = Patience("password")
WRONG_FROM_NETWORK = Allowance("passwords-from-network", 20, timedelta(hours=1))

HASHER = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1, hash_len=32, salt_len=16)  # 46 MiB, some 75 ms
# The hash of a password nobody knows: what is typed beside an address that has none is checked against it.
NOBODYS = "$argon2id$v=19$m=47104,t=2,p=1$CkRFyfTe8I2IY4jHW7vT2g$gRbF+uxLpSwE5+98iHgsjCUInKbBRXww5ROTcPlPbA0"
# In each web process: so many hashes are made at once, and so many of its eight threads may wait for their turn, so
# that guessing eats neither the machine nor the time of those who read.
AT_ONCE, IN_LINE = BoundedSemaphore(2), BoundedSemaphore(6)

# What people add something to and call a password. The imported list of stolen ones knows more.
STEMS = [
    "password",
    "passwort",
    "passwd",
    "motdepasse",
    "contrasena",
    "kennwort",
    "letmein",
    "welcome",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "superman",
    "batman",
    "michael",
    "jordan",
    "hello",
    "freedom",
    "whatever",
    "trustno",
    "qwerty",
    "qwertz",
    "azerty",
    "asdf",
    "zxcv",
    "admin",
    "login",
    "guest",
    "secret",
    "summer",
    "winter",
    "spring",
    "autumn",
    "january",
    "monday",
    "supportgroup",
    "group",
    "support",
]


def normal(password: str) -> str:
    """The one form of a text that looks the same (NFKC), since keyboards differ in what they send."""
    return unicodedata.normalize("NFKC", password)


@contextmanager
def in_line() -> Iterator[None]:
    """A place among those whose password is checked, taken before a try is paid for. Raises Busy where none is left."""
    if not IN_LINE.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        IN_LINE.release()


def matches(known: Password | None, password: str) -> bool:
    """Whether the password is right. Takes as long where there is none. Not inside a transaction: it is slow."""
    expected = known.hash if known else NOBODYS
    with AT_ONCE:
        try:
            return HASHER.verify(expected, normal(password)) and known is not None
        except (VerificationError, InvalidHashError):
            return False


def hashed(password: str) -> str:
    """The password's hash, to be stored. Not inside a transaction."""
    with AT_ONCE:
        return HASHER.hash(normal(password))


def hashed_anew(known: Password, password: str) -> str | None:
    """A hash by today's cost where the stored one was made by another; None where it was not."""
    return hashed(password) if HASHER.check_needs_rehash(known.hash) else None


def problem(password: str, *, account: Account, codes: bool, words: Iterable[str]) -> str | None:
    """What keeps this from being a good password, in a sentence; None where nothing does.

    `words` are those that a guesser would begin with here. With codes from an app asked for as well, it may be shorter.
    """
    text = normal(password)
    least = LEAST_WITH_CODES if codes else LEAST
    if len(text) < least:
        return _(
            "Make it %(least)s letters or longer. Four or five words in a row are easy to keep in mind.", least=least
        )
    if len(text) > MOST:
        return _("Up to %(number)s letters.", number=MOST)
    own = [account.name, *re.split(r"[@._+-]", account.email)]
    if weight(text, [*words, *own, *STEMS]) < LEAST_WITH_CODES - 1:
        return _("This one is easy to guess: it repeats itself, or holds your name or ours. Choose some other words.")
    if any(breached.contains(form) for form in {password, text, text.lower(), unit(text)}):
        return _("This one is on a list of stolen passwords, which guessers try first. Choose another.")
    return None


def weight(text: str, words: Iterable[str]) -> int:
    """How many letters are left to guess: without words that stand to reason, repeats and runs such as abc or 321."""
    rest = text.casefold()
    for word in sorted({word.casefold() for word in words if len(word) > 3}, key=len, reverse=True):
        rest = rest.replace(word, "")
    rest = unit(rest)
    return sum(abs(ord(after) - ord(before)) > 1 for before, after in zip(" " + rest, rest, strict=False))


def unit(text: str) -> str:
    """The shortest part that the text repeats: `abab` is `ab` twice."""
    period = (text + text).find(text, 1)
    return text[:period] if 0 < period < len(text) else text


def set_password(account: Account, *, hash: str, is_short: bool) -> None:
    """This is the account's password now."""
    known = queries.password(account.id) or Password(account_id=account.id)
    known.hash, known.is_short, known.set_at = hash, is_short, clock.now()
    db.session.add(known)
    TRIES.forget(whose(account.email))
    note(account, Change.PASSWORD)


def keep_anew(account: Account, hash: str) -> None:
    """Store the same password by today's cost."""
    known = queries.password(account.id)
    if known is not None:
        known.hash = hash


def remove_password(account: Account) -> None:
    """No password any more; the emailed link signs in, as ever."""
    if queries.password(account.id) is not None:
        db.session.execute(delete(Password).where(Password.account_id == account.id))
        note(account, Change.PASSWORD_REMOVED)


def whose(email: str, known_as: str | None = None) -> str:
    """Whose tries are counted: an address's, or those of a browser that is known to have signed in there before."""
    return f"browser:{known_as}" if known_as else f"address:{email}"
