"""Whose eyes an ask or an offer is for: everything that tells of one obeys it, in any small world."""

import re
from datetime import timedelta

from sqlalchemy import select

from supportgroup import clock
from supportgroup.accounts.models import Account
from supportgroup.board import digest, eyes, listening, offer_queries, queries, rounds
from supportgroup.board.models import AskKind, AskState, Eyes
from supportgroup.board.offer_letters import offer_made, owe_made
from supportgroup.db import db, transaction
from supportgroup.groups.models import AsksByMail, Membership, Role
from supportgroup.mail.models import Letter
from tests.board.conftest import kinds_owed, let_rounds_go
from tests.board.small_worlds import PEOPLE, World, in_worlds
from tests.post import deliver_due


@in_worlds(8)
def test_lists_counts_and_letters_tell_what_one_may_see_and_nothing_else(app, frozen, drawn):
    frozen.move_to(clock.now())
    with transaction():
        world = World(drawn)
    digests = digest_numbers(world)
    for at, me in world.active():
        lists_hold_what_they_may(world, at, me)
        numbers_count_what_they_may(world, at, me, digests)
    with transaction():
        for ask, told, _ in world.asks:
            let_it_be_heard_of(ask, told)
    for ask, told, helps in world.asks:
        letters_go_to_those_who_may(world, ask, told, helps)
    letters_of_offers_go_to_those_who_may(world)


def lists_hold_what_they_may(world, at, me):
    board, covered, ended = queries.board(me), queries.covered(me), queries.ended(me)
    shown = {ask.id for ask in [*board.mine, *board.open.items, *board.covered.items]}
    behind, kept = ({ask.id for ask in shelf.asks.items} for shelf in (ended, covered))
    small = {summary.ask.id for summary in queries.something_small([me], limit=99)}
    taken = {summary.ask.id for summary in queries.helps_of(me.account_id)}
    for ask, told, helps in world.asks:
        may = world.sees(at, told, helps)
        assert (queries.ask(me, ask.id) is not None) == may
        assert (ask.id in shown) == (may and ask.is_running)
        assert ask.id not in behind or (may and not ask.is_running)
        assert ask.id not in kept | taken or may
        if ask.id in small:
            assert may
            assert (told["kind"], told["state"]) == (AskKind.ERRAND, AskState.OPEN)
            assert at not in {told["asker"], *helps}
    offered = offer_queries.offers(me)
    beside = {one.id for one in [*offered.to_me, *offered.standing, *offered.mine]}
    waiting = {one.id for one, _ in offer_queries.waiting_for(me.account_id)}
    for offer, told in world.offers:
        may = world.is_offered(at, told)
        assert (offer_queries.offer(me, offer.id) is not None) == may
        assert (offer.id in beside) == may
        assert (offer.id in waiting) == (told["to"] == at)


def numbers_count_what_they_may(world, at, me, digests):
    """Who will see it, and how many asks a daily letter would speak of."""
    others = [other for other in range(PEOPLE) if other != at]
    counted = eyes.counts(me)
    for one in Eyes:
        told = {"asker": at, "eyes": one, "chosen": range(PEOPLE)}
        assert counted[one] == sum(world.sees(other, told, {}) for other in others)
    for ask, told, helps in world.asks:
        if told["asker"] == at:
            assert eyes.seen_by(ask) == sum(world.sees(other, told, helps) for other in others)
    new = [
        ask
        for ask, told, helps in world.asks
        if world.sees(at, told, helps) and (told["kind"], told["state"]) == (AskKind.ERRAND, AskState.OPEN)
        if told["asker"] != at
    ]
    assert digests.get(me.account_id, 0) == (len(new) if me.asks_by_mail is AsksByMail.DAILY else 0)


def digest_numbers(world):
    """How many asks each account's daily letter would speak of, were it sent now."""
    accounts = enumerate(me.account_id for me in world.people)
    kept = {"about_version": 0, "due_at": clock.now()}
    batch = [Letter(id=number, kind="digest", recipient_id=one, about_id=one, **kept) for number, one in accounts]
    said = digest.digest(batch)
    return {letter.recipient_id: said[letter.id].more["asks"] for letter in batch if letter.id in said}


def let_it_be_heard_of(ask, told):
    """By those who can listen, by a first round of five, or by everyone at once."""
    if told["kind"] is AskKind.LISTEN:
        listening.tell(ask, Membership.can_listen.is_(True))
    elif told["in_rounds"]:
        ask.rounds = 0
        rounds.go(ask)
    else:
        rounds.tell_everyone(ask)


def letters_go_to_those_who_may(world, ask, told, helps):
    kinds = ("ask-posted", "listen-asked")
    owed = select(Letter.recipient_id).where(Letter.about_id == ask.id, Letter.kind.in_(kinds))
    wanted = {AsksByMail.AT_ONCE} if told["in_rounds"] else set(AsksByMail) - {AsksByMail.NEVER}
    may = {me for at, me in world.active() if world.sees(at, told, helps) and at != told["asker"]}
    touched = {world.people[at] for at in helps}
    if told["kind"] is AskKind.LISTEN:
        want = {me.account_id for me in may if me.can_listen}
    else:
        want = {me.account_id for me in may - touched if me.asks_by_mail in wanted}
    assert set(db.session.scalars(owed)) == want


def letters_of_offers_go_to_those_who_may(world):
    """Only to whom it was said, while they are here."""
    to_one = [(offer, world.people[told["to"]]) for offer, told in world.offers if told["to"] is not None]
    with transaction():
        for offer, reader in to_one:
            owe_made(offer, reader)
    owed = select(Letter).where(Letter.scope_id == world.group.id, Letter.kind == "offer-made")
    batch = list(db.session.scalars(owed))
    here, says = {me.account_id for _, me in world.active()}, offer_made(batch) if batch else {}
    said = {(letter.about_id, letter.recipient_id) for letter in batch if letter.id in says}
    assert said == {(offer.id, reader.account_id) for offer, reader in to_one if reader.account_id in here}


def card_of(pages, ask):
    """The cards of this ask on the lists."""
    return "".join(card for card in pages.split("<article")[1:] if str(ask.id) in card.partition("</article>")[0])


@in_worlds(3)
def test_pages_show_what_one_may_see_and_nothing_else(app, sign_in, drawn):
    with transaction():
        world = World(drawn)
    board = f"/g/{world.group.slug}/board"
    lists = (board, f"{board}/covered", f"{board}/ended", f"{board}/offers", "/home")
    for at, me in enumerate(world.people):
        browser = sign_in(db.session.get_one(Account, me.account_id))
        opened = [browser.get(path) for path in lists]
        assert {page.status_code for page in opened} <= {200, 404}
        pages = "".join(page.text for page in opened)
        for ask, told, helps in world.asks:
            may = world.sees(at, told, helps)
            response = browser.get(f"{board}/asks/{ask.id}")
            main = response.text.partition("<main")[2].partition("</main")[0]
            assert response.status_code == (200 if may else 404)
            if not may:
                assert ask.title not in pages + response.text
                assert str(ask.id) not in pages + main
            elif not world.hears_who_asked(at, told, helps):
                assert not re.search(rf"\bP{told['asker']}\b", card_of(pages, ask) + main)
        for offer, told in world.offers:
            may = world.is_offered(at, told) and (at, me) in world.active()
            assert browser.get(f"{board}/offers/{offer.id}").status_code == (200 if may else 404)
            assert (offer.text in pages) == may


def test_people_i_have_met_is_a_choice_from_three_on(circle):
    fourth = circle.join("Eli")
    circle.meet(circle.ben, circle.ada, circle.cleo)
    new = circle.path("asks", "new")
    assert 'value="met"' not in circle.browser(circle.ben).get(new).text

    circle.meet(circle.ben, fourth)
    assert "People I have met: 3 people" in circle.browser(circle.ben).get(new).text
    posted = {"title": "Bread", "kind": "errand", "when": "week", "eyes": "met"}
    assert circle.browser(circle.ben).post(new, data=posted).status_code == 303


def test_who_takes_it_on_keeps_seeing_it(circle):
    ask = circle.covered(circle.ben, circle.ada, eyes=Eyes.FACILITATORS)
    with transaction():
        circle.ada.role = Role.MEMBER

    assert "You can do this" in circle.page(circle.ada, ask)
    assert circle.press(circle.ada, ask, "hand-back").status_code == 303
    assert circle.browser(circle.ada).get(circle.path_of(ask)).status_code == 404


def test_a_letter_on_its_way_is_not_sent_to_eyes_that_it_is_no_longer_for(circle, frozen):
    with transaction():
        circle.cleo.asks_by_mail = AsksByMail.AT_ONCE
    browser = circle.browser(circle.ben)
    response = browser.post(circle.path("asks", "new"), data={"title": "Bread", "kind": "errand", "when": "week"})
    ask_path = response.location
    let_rounds_go()
    browser.post(f"{ask_path}/edit", data={"title": "Bread", "kind": "errand", "when": "week", "eyes": "facilitators"})
    frozen.shift(timedelta(minutes=1))

    assert kinds_owed(circle.cleo) == ["ask-posted"]
    assert deliver_due() == 0
