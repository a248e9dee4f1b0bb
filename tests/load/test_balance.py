"""What came and what went: month by month, in two halves that are never set against each other."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from supportgroup import clock
from supportgroup.board.models import AskKind, Heard, HelpState
from supportgroup.db import db, transaction
from supportgroup.load import balance
from supportgroup.load.balance import Moment, Part
from tests.factories import make_account, make_ask, make_group, make_help, make_meeting, make_membership
from tests.reflections.test_cost import statements

PARIS = ZoneInfo("Europe/Paris")
MOMENTS = st.lists(
    st.builds(
        Moment,
        at=st.integers(0, 363 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
        part=st.sampled_from(balance.WENT),
    ),
    max_size=30,
)


def halves(page):
    """The page's two sections: what came, what went."""
    found = re.findall(r'<section[^>]*aria-labelledby="(?:came|went)-title">(.*?)</section>', page, re.DOTALL)
    return found[0], found[1]


def table(half):
    """The numbers of a half's table, by the label of their row."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', half)
    return {label: [int(number) for number in re.findall(r"<td>(\d+)</td>", cells)] for label, cells in rows}


def test_the_page_opens_with_nothing_here_is_owed(ben, browser_of):
    page = browser_of(ben).get("/me/balance").text.partition("<main")[2]

    assert page.index("Nothing here is owed") < page.index("What came") < page.index("What went")
    assert "Nothing in these months. Small is real" in page
    assert "Nothing in these months, and that is fine." in page


def test_helps_listening_and_hosting_stand_by_month_and_size(ada, ben, cleo, frozen, browser_of):
    now = clock.now()
    with transaction():
        make_help(make_ask(ben, size_minutes=15), cleo, accepted_at=now)
        make_help(make_ask(ben, size_minutes=120), ada, accepted_at=now - timedelta(days=40), state=HelpState.DONE)
        make_help(make_ask(ben), ada, accepted_at=now, state=HelpState.HANDED_BACK)
        make_help(make_ask(ben), ada, accepted_at=now, state=HelpState.NOT_DONE)
        for asker, hearer in ((ben, cleo), (cleo, ben), (ada, ben)):
            heard = make_ask(asker, kind=AskKind.LISTEN, size_minutes=5)
            db.session.add(Heard(ask_id=heard.id, membership_id=hearer.id, created_at=now))
        make_help(make_ask(cleo, size_minutes=60), ben, accepted_at=now - timedelta(days=2))
        make_meeting(ben.group, now - timedelta(days=3), host_id=ben.id)
        make_meeting(ben.group, now + timedelta(days=3), host_id=ben.id)

    came, went = halves(browser_of(ben).get("/me/balance").text)
    assert table(came) == {"May 2027": [1, 0, 0, 1], "April 2027": [0, 0, 1, 0]}
    assert table(went) == {"May 2027": [0, 1, 0, 2, 1]}
    assert "Help came to you in two months, most of it small." in came
    assert "You took something on in one month, listened in one month, and hosted in one month." in went
    assert "went" not in came.lower()
    assert "came" not in went.lower()


def test_looking_after_a_group_counts_as_giving(ada, cleo, browser_of):
    went = halves(browser_of(ada).get("/me/balance").text)[1]
    assert "You look after a group." in went
    assert "Nothing in these months" not in went
    assert table(went) == {}
    with transaction():
        make_help(make_ask(cleo), ada)

    assert "And you look after a group." in browser_of(ada).get("/me/balance").text


def test_nobody_elses_months_are_on_my_page(ada, ben, cleo, browser_of):
    with transaction():
        make_help(make_ask(cleo), ada)

    came, went = halves(browser_of(ben).get("/me/balance").text)
    assert table(came) == table(went) == {}


def test_earlier_months_are_a_page_of_their_own(ben, cleo, frozen, browser_of):
    with transaction():
        make_help(make_ask(ben), cleo, accepted_at=clock.now() - timedelta(days=500))
        db.session.execute(db.text("UPDATE accounts SET created_at = :at"), {"at": clock.now() - timedelta(days=900)})
    browser = browser_of(ben)

    page = browser.get("/me/balance").text
    assert table(halves(page)[0]) == {}
    assert "/me/balance?until=2026-05" in page
    earlier = browser.get("/me/balance?until=2026-05").text
    assert list(table(halves(earlier)[0])) == ["December 2025"]
    for nonsense in ("2026-13", "9999-12", "0001-01", "<b>", "2026-05-05T00:00"):
        assert browser.get("/me/balance", query_string={"until": nonsense}).status_code == 200


def test_the_page_takes_as_many_statements_for_many_helps_as_for_one(committed_app, sign_in):
    with transaction():
        group = make_group()
        ben, cleo = (make_membership(group, make_account(name)) for name in ("Ben", "Cleo"))
        account = ben.account
    browser = sign_in(account)

    def give(times):
        with transaction():
            for _ in range(times):
                make_help(make_ask(cleo), ben)
                make_help(make_ask(ben), cleo)

    give(1)
    few = statements(browser, "/me/balance")
    give(40)
    assert statements(browser, "/me/balance") == few
    assert few <= 6  # the session, the nudge, the wish, what came, what went, the groups looked after


@given(moments=MOMENTS)
def test_each_moment_is_in_one_month_and_one_column(moments):
    chart = balance.went(moments, PARIS)
    if not moments:
        assert chart is None
        return
    for column, part in enumerate(balance.WENT):
        assert sum(bar.values[column] for bar in chart.bars) == sum(one.part is part for one in moments)
    assert all(sum(bar.values) for bar in chart.bars)


@given(moments=MOMENTS, groups=st.integers(0, 3))
def test_no_sentence_says_how_much_in_all(moments, groups):
    """Months are told, sums are not: nothing to set against each other."""
    chart = balance.went(moments, PARIS, looks_after=groups)
    if chart:
        assert not re.search(r"\btimes\b|\d{2}|owe|debt|balance|total|more than", chart.sentence.split("And you")[0])


@given(month=st.dates(date(2000, 1, 1), date(2100, 1, 1)), back=st.integers(-30, 30))
def test_months_are_counted_across_years(month, back):
    there = balance.first_of(month, back)
    assert (month.year - there.year) * 12 + month.month - there.month == back
    assert balance.first_of(there, -back) == month.replace(day=1)


def test_the_edge_of_a_month_is_the_readers_own():
    new_year_in_paris = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    chart = balance.came([Moment(new_year_in_paris, Part.SMALL)], PARIS)
    assert [bar.label for bar in chart.bars] == ["January 2026"]
