"""Five moments of the board, each on a phone and on a desk, light and dark: docs/load.md shows them."""

from datetime import timedelta
from itertools import product

from playwright.sync_api import Browser, StorageState

from supportgroup import clock, demo
from supportgroup.accounts.models import Account
from supportgroup.app import create_app
from supportgroup.board.models import AskKind
from supportgroup.config import load
from supportgroup.db import db, transaction
from supportgroup.groups.models import Membership
from supportgroup.reflections.models import Came, Guess, Reflection, Reply, Thought, Unease
from tests.browser.pictures import DESKTOP, PHONE, picture
from tests.factories import make_ask, make_group, make_help, make_membership
from tests.processes import Service

FOLDER = "load"
TALL = {"phone": 2000, "desktop": 1300}  # for what is read from top to bottom
WAYS = tuple(product((("phone", PHONE), ("desktop", DESKTOP)), ("light", "dark")))
ABOUT = (
    "Pick up milk on Thursday",
    "A colleague: take one slide of my deck",
    "Stay on the phone while I open the post",
    "Read one page before I send it",
    "A neighbour: water the plants",
    "A lift to the station",
)
# What came of them, over and over: yes far more often than it was guessed, and not always.
OUTCOMES = (
    (Reply.YES, Came.HAPPENED),
    (Reply.YES, Came.HAPPENED),
    (Reply.NO, None),
    (Reply.YES, Came.PARTLY),
    (Reply.YES, Came.HAPPENED),
    (Reply.YES, None),
    (Reply.YES, Came.NOT),
)
GUESSES = (Guess.HARDLY, Guess.MAYBE, Guess.HARDLY, Guess.LIKELY, Guess.MAYBE)
BEFORE = (Unease.VERY, Unease.QUITE, Unease.A_BIT, Unease.QUITE, Unease.VERY)
AFTER = (Unease.A_BIT, Unease.NOT, Unease.A_BIT, Unease.QUITE, Unease.NOT, Unease.A_BIT, Unease.VERY)
NOTES = ("It was smaller than I thought.", "", "", "She had been waiting to be asked.", "")


def take_board(browser: Browser, running: Service, ben: StorageState) -> None:
    empty, full = set_the_scene(running)
    moments = (
        ("empty", f"{empty}/board", False),
        ("new", f"{empty}/board/asks/new", True),
        ("hard", f"{empty}/board/hard", False),
        ("limit", full, False),
        ("reflections", "/me/reflections", True),
    )
    for ((kind, (width, height)), scheme), (name, path, tall) in product(WAYS, moments):
        size = (width, TALL[kind] if tall else height)
        with picture(browser, f"{FOLDER}/{name}-{kind}-{scheme}", size, scheme=scheme, who=ben) as page:
            page.goto(running.url + path)
            if name == "limit":
                page.get_by_role("button", name="I can do this").click()
                page.get_by_text("It is fine to leave this one to someone else").wait_for()


def set_the_scene(running: Service) -> tuple[str, str]:
    """A board with nothing on it, an ask to somebody who carries two already, and two years of Ben's reflections.

    Gives the address of the group with the empty board, and of that ask.
    """
    app = create_app(load(running.environ))
    with app.app_context(), transaction():
        ada, ben, cleo = (db.session.get_one(Account, demo.key(name)) for name in ("Ada", "Ben", "Cleo"))
        new, carers = make_group(name="Morning circle"), make_group(name="Carers")
        make_membership(new, ada)
        make_membership(new, ben)
        asker, helper = make_membership(carers, cleo), make_membership(carers, ben)
        carry(asker, helper)
        one = make_ask(asker, title="Carry one bag with me to the bus stop", kind=AskKind.COMPANY)
        look_back(ben)
        return f"/g/{new.slug}", f"/g/{carers.slug}/board/asks/{one.id}"


def carry(asker: Membership, helper: Membership) -> None:
    for title in ("Pick up milk on Thursday", "Water the plants"):
        make_help(make_ask(asker, title=title), helper)


def look_back(account: Account) -> None:
    """Sixty asks, one in twelve days, most of them easier afterwards than before."""
    for number in range(60):
        (reply, came), about = OUTCOMES[number % len(OUTCOMES)], ABOUT[number % len(ABOUT)]
        db.session.add(
            Reflection(
                account_id=account.id,
                about=about,
                created_at=clock.now() - timedelta(days=12 * number + 1),
                elsewhere=about.startswith("A "),
                guess=GUESSES[number % len(GUESSES)],
                uneasy_before=BEFORE[number % len(BEFORE)],
                uneasy_after=AFTER[number % len(AFTER)],
                thought=list(Thought)[number % 3],
                reply=reply,
                came=came,
                note=NOTES[number % len(NOTES)],
            )
        )
