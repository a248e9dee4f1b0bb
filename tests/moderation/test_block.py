"""Block and mute: at once, both ways, and the other is never told: for them it is as if one had left."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from supportgroup import clock
from supportgroup.board import rounds
from supportgroup.board.models import Ask, AskKind, AskState, Heard, Help, HelpState, Message
from supportgroup.board.side_models import Telling
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, Role
from supportgroup.load.models import Buddy, BuddyRound
from supportgroup.meetings.models import Answer, CheckIn, Feeling, GladHost, TurnSwap
from supportgroup.safety import queries
from supportgroup.safety.models import Block
from tests.factories import (
    make_account,
    make_ask,
    make_group,
    make_help,
    make_meeting,
    make_membership,
    make_offer,
    make_presence,
    make_rsvp,
)
from tests.moderation.steps import letters_to
from tests.post import deliver_due, text_of
from tests.rows import restore, snapshot

BRUNO = {"name": "Bruno", "colour": "1", "cover_word": "Sea", "asks_by_mail": "never"}


def block(browser, group, other):
    assert browser.get(f"/g/{group.slug}/members/{other.id}/block").status_code == 200
    assert browser.post(f"/g/{group.slug}/members/{other.id}/block").status_code == 303


def test_cleo_blocks_ben_in_two_presses_without_a_reason(group, ada, ben, cleo, browser_of):
    page = browser_of(cleo).get(f"/g/{group.slug}/members/{ben.id}/block").text
    assert "You may both still come to the same meetings. A facilitator can help with that." in page

    block(browser_of(cleo), group, ben)
    assert queries.blocked_with(ben.id) == {cleo.id}
    assert queries.blocked_with(cleo.id) == {ben.id}


def test_the_words_at_block_time_are_the_same_whatever_ben_has_answered(group, ada, ben, cleo, browser_of):
    before = plain(browser_of(cleo).get(f"/g/{group.slug}/members/{ben.id}/block").text)
    with transaction():
        make_rsvp(make_meeting(group), ben, Answer.GOING)

    assert plain(browser_of(cleo).get(f"/g/{group.slug}/members/{ben.id}/block").text) == before


def test_they_are_out_of_each_others_roster_at_once(group, ada, ben, cleo, browser_of):
    block(browser_of(cleo), group, ben)

    assert "Cleo" not in browser_of(ben).get(f"/g/{group.slug}/members").text
    assert "Ben" not in browser_of(cleo).get(f"/g/{group.slug}/members").text
    assert "Ben" in browser_of(ada).get(f"/g/{group.slug}/members").text


def test_neither_reaches_the_other(group, ada, ben, cleo, browser_of):
    with transaction():
        hers, his = make_ask(cleo), make_ask(ben)
    block(browser_of(cleo), group, ben)

    for person, ask in ((ben, hers), (cleo, his)):
        browser, path = browser_of(person), f"/g/{group.slug}/board/asks/{ask.id}"
        assert "Bring back bread" not in browser.get(path).text
        for act in ("accept", "messages", "heard", "hand-back"):
            assert browser.post(f"{path}/{act}", data={"text": "Hello", "says": "i_hear_you"}).status_code == 404
    assert db.session.scalars(select(Help)).all() == []
    assert db.session.scalars(select(Message)).all() == []
    assert browser_of(ben).get(f"/g/{group.slug}/report/member/{cleo.id}").status_code == 404
    assert browser_of(cleo).get(f"/g/{group.slug}/report/member/{ben.id}").status_code == 200


def test_what_ben_took_on_for_cleo_ends_neutrally(group, ada, ben, cleo, browser_of, postbox):
    with transaction():
        hers = make_ask(cleo)
        make_help(hers, ben)
        hers.settle(hers.created_at)
    block(browser_of(cleo), group, ben)
    deliver_due()

    assert db.session.get(Ask, hers.id).state is AskState.WITHDRAWN
    (letter,) = letters_to(postbox, ben)
    assert "Cleo" not in text_of(letter)
    assert "block" not in text_of(letter).lower()


def test_what_cleo_took_on_for_ben_is_open_again(group, ada, ben, cleo, browser_of, postbox):
    with transaction():
        his = make_ask(ben)
        make_help(his, cleo)
        his.settle(his.created_at)
    block(browser_of(cleo), group, ben)
    deliver_due()

    ask = db.session.get(Ask, his.id)
    assert ask.state is AskState.OPEN
    assert ask.help_of(cleo.id).state is HelpState.HANDED_BACK
    assert len(letters_to(postbox, ben)) == 1


def test_in_a_thread_of_somebody_else_they_read_each_other_no_more(group, ada, ben, cleo, browser_of, postbox):
    with transaction():
        adas = make_ask(ada, helpers_wanted=2)
        long_ago = clock.now() - timedelta(hours=1)
        for one in (ben, cleo):
            make_help(adas, one, accepted_at=long_ago)
        adas.settle(adas.created_at)
    path = f"/g/{group.slug}/board/asks/{adas.id}"
    assert browser_of(cleo).post(f"{path}/messages", data={"text": "Said before"}).status_code == 303
    block(browser_of(cleo), group, ben)
    deliver_due()
    postbox.clear()

    assert browser_of(cleo).post(f"{path}/messages", data={"text": "Said after"}).status_code == 303
    deliver_due()
    assert "Said after" not in browser_of(ben).get(path).text
    assert "Said before" in browser_of(ben).get(path).text
    assert "Said after" in browser_of(ada).get(path).text
    assert not letters_to(postbox, ben)


def test_a_block_survives_another_name_and_coming_back(group, ada, ben, cleo, browser_of):
    block(browser_of(cleo), group, ben)
    browser = browser_of(ben)
    browser.post(
        f"/g/{group.slug}/me", data={"name": "Bruno", "colour": "1", "cover_word": "Sea", "asks_by_mail": "never"}
    )
    browser.post(f"/g/{group.slug}/leave")
    assert browser.post(f"/g/{group.slug}/come-back").status_code == 303

    assert "Bruno" not in browser_of(cleo).get(f"/g/{group.slug}/members").text
    assert "Cleo" not in browser.get(f"/g/{group.slug}/members").text


def test_only_who_blocked_takes_it_back_and_nothing_that_ended_returns(group, ada, ben, cleo, browser_of):
    with transaction():
        hers = make_ask(cleo)
        make_help(hers, ben)
    block(browser_of(cleo), group, ben)
    assert browser_of(ben).post(f"/g/{group.slug}/members/{cleo.id}/unblock").status_code == 404
    assert queries.is_blocked(cleo.id, ben.id)
    assert "Ben" in browser_of(cleo).get(f"/g/{group.slug}/blocks").text
    assert "Cleo" not in browser_of(ben).get(f"/g/{group.slug}/blocks").text

    assert browser_of(cleo).post(f"/g/{group.slug}/members/{ben.id}/unblock").status_code == 303
    assert "Cleo" in browser_of(ben).get(f"/g/{group.slug}/members").text
    assert db.session.get(Ask, hers.id).state is AskState.WITHDRAWN


def test_blocking_twice_is_once_and_nobody_blocks_themselves_or_a_stranger(group, ada, ben, cleo, browser_of):
    block(browser_of(cleo), group, ben)
    browser_of(cleo).post(f"/g/{group.slug}/members/{ben.id}/block")
    assert len(db.session.scalars(select(Block)).all()) == 1
    with transaction():
        elsewhere = make_membership(make_group(), make_account("Eve"))

    for other in (cleo, elsewhere):
        assert browser_of(cleo).post(f"/g/{group.slug}/members/{other.id}/block").status_code == 404


def test_mute_leaves_asks_out_of_board_and_letters_and_changes_nothing_else(group, ada, ben, cleo, browser_of, postbox):
    with transaction():
        cleo.asks_by_mail = AsksByMail.AT_ONCE
    assert browser_of(cleo).post(f"/g/{group.slug}/members/{ben.id}/mute").status_code == 303
    with transaction():
        his = make_ask(ben, title="Something of Ben's own")
        from_board = db.session.get(Ask, his.id)
    with transaction():
        rounds.tell_everyone(from_board)
    deliver_due()

    assert not letters_to(postbox, cleo)
    assert "Something of Ben" not in browser_of(cleo).get(f"/g/{group.slug}/board").text
    assert browser_of(cleo).get(f"/g/{group.slug}/board/asks/{his.id}").status_code == 200
    assert "Ben" in browser_of(cleo).get(f"/g/{group.slug}/members").text
    assert "Something of Ben" in browser_of(ada).get(f"/g/{group.slug}/board").text


def plain(page):
    """A page without what differs on every load."""
    return re.sub(r'(nonce|csrf_token" value)="[^"]*"', "", page)


PAGES = (
    "/home",
    "/g/{slug}",
    "/g/{slug}/members",
    "/g/{slug}/board",
    "/g/{slug}/board/ended",
    "/g/{slug}/board/offers",
    "/g/{slug}/buddies",
    "/g/{slug}/meetings",
)


def lively(group, ada, ben, cleo):
    """All that Ben and Cleo may have with each other: asks and helps both ways, done and running, threads, answers."""
    now = clock.now()
    hour = now - timedelta(hours=1)
    with transaction():
        for one in (ada, ben, cleo):
            one.asks_by_mail = AsksByMail.AT_ONCE
        running, hers_alone = make_ask(cleo, title="Cleo runs"), make_ask(cleo, title="Cleo alone")
        make_help(running, ben, accepted_at=hour)
        his = make_ask(ben, title="Ben runs")
        make_help(his, cleo, accepted_at=hour)
        done = make_ask(cleo, title="Cleo is done", state=AskState.DONE, closed_at=hour)
        make_help(done, ben, state=HelpState.DONE, accepted_at=hour, ended_at=hour)
        helped = make_ask(ben, title="Ben was helped", state=AskState.DONE, closed_at=hour)
        make_help(helped, cleo, state=HelpState.DONE, accepted_at=hour, ended_at=hour)
        shared = make_ask(ada, title="Ada needs two", helpers_wanted=2)
        make_help(shared, ben, accepted_at=hour)
        for ask, author in ((running, cleo), (his, cleo), (done, cleo), (helped, cleo)):
            db.session.add(Message(ask_id=ask.id, author_id=author.id, text=f"On {ask.id}", created_at=hour))
        for ask in (running, his, shared):
            ask.settle(hour)
        proposed, hers_unnamed = (make_ask(cleo, title=f"Cleo unnamed {n}", unnamed=True) for n in range(2))
        make_help(proposed, ben, state=HelpState.PROPOSED, accepted_at=hour)
        his_unnamed = make_ask(ben, title="Ben unnamed", unnamed=True)
        make_help(his_unnamed, cleo, state=HelpState.PROPOSED, accepted_at=hour)
        unnamed = [proposed, hers_unnamed, his_unnamed]
        offers = [make_offer(cleo), make_offer(ben), make_offer(cleo, to=ben), make_offer(ben, to=cleo)]
        meeting = make_meeting(group)
        for one in (ada, ben, cleo):
            make_rsvp(meeting, one)
        week = BuddyRound(group_id=group.id, begins_at=hour, ends_at=now + timedelta(days=5))
        db.session.add(week)
        db.session.flush()
        buddies = (ben, cleo) if ben.is_facilitator else (ada, ben, cleo)  # a two, and in the other world a three
        db.session.add_all(Buddy(round_id=week.id, membership_id=one.id, circle=0) for one in buddies)
        db.session.flush()
    return [ask.id for ask in (running, hers_alone, his, done, helped, shared, *unnamed)], [
        f"meetings/{meeting.id}",
        *(f"board/offers/{offer.id}" for offer in offers),
    ]


def met_and_told(group, ada, ben, cleo):
    """What comes of meeting and being heard: shared notes on how it was, lines of being heard, turns, what was told."""
    now = clock.now()
    hour = now - timedelta(hours=1)
    with transaction():
        past = make_meeting(group, now - timedelta(hours=20))
        hers, his = (make_meeting(group, now + timedelta(days=day)) for day in (3, 4))
        for one in (ada, ben, cleo):
            make_presence(past, one)
            shared = {"shared_at": hour, "created_at": hour, "line": f"{one.name} felt heard"}
            note = CheckIn(meeting_id=past.id, membership_id=one.id, feeling=Feeling.LIGHTER, **shared)
            told = Telling(group_id=group.id, author_id=one.id, text=f"{one.name} had bread", told_at=hour)
            db.session.add_all([note, told, GladHost(membership_id=one.id, since=hour)])
        listening = [make_ask(one, kind=AskKind.LISTEN, title=f"{one.name} had a day") for one in (ben, cleo)]
        for ask, hearer in zip(listening, (cleo, ben), strict=True):
            line = f"{hearer.name} hears"
            db.session.add(Heard(ask_id=ask.id, membership_id=hearer.id, line=line, created_at=hour))
        hers.host_id, his.host_id = cleo.id, ben.id
        db.session.add(TurnSwap(meeting_id=hers.id, other_id=his.id, asker_id=cleo.id, asked_id=ben.id, asked_at=hour))
    return [ask.id for ask in listening], [f"meetings/{one.id}" for one in (past, his)]


def world_of(ben, group, asks, others, browser_of, postbox):
    """All that Ben can see: pages, each ask, each offer, the meeting, letters."""
    deliver_due()
    browser = browser_of(ben)
    paths = [*PAGES, *(f"/g/{{slug}}/board/asks/{ask}" for ask in asks), *(f"/g/{{slug}}/{one}" for one in others)]
    seen = {path: browser.get(path.format(slug=group.slug)) for path in paths}
    pages = {path: (answer.status_code, counted_out(plain(answer.text))) for path, answer in seen.items()}
    letters = [
        (letter["Subject"], re.sub(r"/l/\S+|/mail/stop/\S+", "", text_of(letter)))
        for letter in letters_to(postbox, ben)
    ]
    return pages, sorted(letters)


def counted_out(page):
    """Without how many come to a meeting, and who hosts one: that is the same for everyone (settled.md 17)."""
    return re.sub(r"(?m)^\s+\d+$|\d+ come|(Ada|A member) hosts", "N", page)


@pytest.mark.parametrize("how", ["one_of_the_members", "the_facilitator"])
def test_for_ben_a_world_in_which_cleo_blocked_him_is_one_in_which_she_left(
    frozen, group, ada, ben, cleo, browser_of, postbox, how
):
    if how == "the_facilitator":
        with transaction():
            ada.role, ben.role = Role.MEMBER, Role.FACILITATOR
    asks, others = lively(group, ada, ben, cleo)
    more_asks, more = met_and_told(group, ada, ben, cleo)
    asks, others = asks + more_asks, others + more
    db.session.commit()
    before = snapshot()
    browser_of(cleo).post(f"/g/{group.slug}/leave")
    frozen.shift(timedelta(minutes=5))
    left = world_of(ben, group, asks, others, browser_of, postbox)
    frozen.shift(-timedelta(minutes=5))
    restore(before)
    postbox.clear()

    browser_of(cleo).post(f"/g/{group.slug}/members/{ben.id}/block")
    frozen.shift(timedelta(minutes=5))
    blocked = world_of(ben, group, asks, others, browser_of, postbox)
    for path, (status, page) in left[0].items():
        assert blocked[0][path][0] == status, path
        assert blocked[0][path][1].splitlines() == page.splitlines(), path
    assert blocked[1] == left[1]
