"""People who press "I can do this" at web processes that run, and what is in the database of it afterwards."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from sqlalchemy import func, select

from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.service import start_session
from supportgroup.board.models import Help, HelpState
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership
from supportgroup.mail.models import Letter
from tests.factories import make_account, make_ask, make_group, make_membership

HELPERS = 8
YES = 303  # where a press was taken the browser is led on


@dataclass(frozen=True)
class Press:
    """One yes: whose cookie, and to which address it is posted."""

    cookie: str
    path: str


def make_presses(number: int) -> list[Press]:
    """As many asks of Ada's, small enough to be free of anybody's limit, and who says yes to each."""
    with transaction():
        group = make_group()
        ada = make_membership(group, make_account("Ada"))
        helpers = [make_membership(group, make_account(f"Ben{one}")) for one in range(HELPERS)]
        cookies = [session_of(one) for one in helpers]
        asks = [make_ask(ada, size_minutes=5) for _ in range(number)]
    path = f"/g/{group.slug}/board/asks"
    return [Press(cookies[at % HELPERS], f"{path}/{ask.id}/accept") for at, ask in enumerate(asks)]


def session_of(one: Membership) -> str:
    """The cookie of a browser in which they are signed in."""
    return f"{cookie_name()}={start_session(one.account, device='Firefox on Linux')}"


class Browser:
    """Presses buttons at one web host. Its token is good at every other one, too."""

    def __init__(self, url: str) -> None:
        self.address = urlsplit(url).netloc
        self.forms: dict[str, tuple[str, str]] = {}

    def press(self, press: Press) -> int | None:
        """The status that a press is answered with; None where the answer never came."""
        with suppress(OSError, HTTPException):
            cookie, token = self.form(press.cookie)
            body = f"csrf_token={token}"
            return self.ask("POST", press.path, f"{press.cookie}; {cookie}", body)[0]
        return None

    def form(self, cookie: str) -> tuple[str, str]:
        """The cookie and the token that forms go with in this session."""
        if cookie not in self.forms:
            _, page, made = self.ask("GET", "/me", cookie)
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            if found is None or made is None:
                raise HTTPException
            self.forms[cookie] = made.split(";")[0], found[1]
        return self.forms[cookie]

    def ask(self, method: str, path: str, cookie: str, body: str = "") -> tuple[int, str, str | None]:
        """Status, page, and the cookie that was set."""
        connection = HTTPConnection(self.address, timeout=30)
        try:
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.getheader("Set-Cookie")
        finally:
            connection.close()


@dataclass(frozen=True)
class Written:
    """What is in the database of the presses."""

    helps: int
    letters: int  # that tell Ada of them
    lost: int  # presses that were answered with a yes, and of which there is nothing
    orphans: int  # helps without their letter, and letters without their help


def written(answered: Sequence[Press]) -> Written:
    """Hold what was answered with a yes against the rows."""
    db.session.rollback()
    helps = db.session.scalars(select(Help).where(Help.state == HelpState.ACCEPTED)).unique().all()
    owed = set(db.session.scalars(select(Letter.key).where(Letter.kind == "ask-accepted")))
    told = {key.rsplit(":", 2)[1] for key in owed}
    there, taken = {one.id.hex for one in helps}, {str(one.ask_id) for one in helps}
    lost = sum(press.path.split("/")[-2] not in taken for press in answered)
    return Written(helps=len(helps), letters=len(owed), lost=lost, orphans=len(there ^ told))


def count(kind: str) -> int:
    """How many letters of this kind there are rows of."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Letter.kind == kind)) or 0
