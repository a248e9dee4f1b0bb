"""Who may see which page. A route that is not in this table fails the test: new pages say whom they are for.

Everybody else gets the same answer as for something that is not there, byte for byte, and nothing changes.
"""

import re
from itertools import product
from uuid import uuid4

import pytest

from tests.counting import count_queries
from tests.sweeps.answers import faults
from tests.sweeps.conftest import some
from tests.sweeps.world import PEOPLE, changed, taken_back

pytestmark = pytest.mark.timeout(300)  # each of these asks for some thousand pages

# Who may see what does not hang on the engine.
ON_SQLITE = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)

EVERYONE = frozenset(PEOPLE)
SIGNED_IN = EVERYONE - {"nobody"}
MEMBERS = frozenset({"member", "blocked", "facilitator"})
HAVE_BEEN_INSIDE = MEMBERS | {"removed"}
FACILITATORS = frozenset({"facilitator"})
OPERATORS = frozenset({"operator"})
# What belongs to one person, in the world the member; nobody else has it.
HERS = frozenset({"member"})


def only(people, endpoints):
    """These pages are for these people."""
    return dict.fromkeys(endpoints.split(), people)


AUDIENCE = {
    **only(
        EVERYONE,
        "accounts.look accounts.mail_by_link accounts.passkey_sign_in_options accounts.sign_in "
        "accounts.sign_in_by_passkey accounts.sign_in_by_password accounts.sign_up accounts.stop "
        "accounts.stop_passed_on accounts.use_link "
        "dev.kit dev.kit_in dev.mailbox dev.sample_html dev.samples "
        "front.directory front.index front.manifest front.offline front.privacy front.worker "
        "health.alive health.ready "
        "mail.follow "
        "meetings.answer_by_link meetings.feed_of meetings.turn meetings.way_in "
        "safety.help_now",
    ),
    **only(
        SIGNED_IN,
        "accounts.add_passkey accounts.email accounts.end_all_sessions accounts.end_other_sessions "
        "accounts.end_session accounts.mail accounts.mail_words accounts.new_passkey_options "
        "accounts.name_in_letters accounts.new_spare_codes accounts.passkey_prove_options accounts.prove "
        "accounts.prove_by_link accounts.prove_by_passkey accounts.remove_codes accounts.remove_passkey "
        "accounts.remove_password accounts.sessions accounts.set_password accounts.set_up_codes accounts.settings "
        "accounts.sign_out accounts.trust_address accounts.ways "
        "front.boards front.home front.meetings "
        "groups.new "
        "load.balance load.pass_over "
        "meetings.close_feed meetings.my_calendar meetings.open_feed "
        "privacy.ask_for_copy privacy.data privacy.erase privacy.keep "
        "reflections.erase reflections.erase_all reflections.erase_note reflections.export reflections.index "
        "reflections.new reflections.question "
        "safety.avoid",
    ),
    **only(
        MEMBERS,
        "accounts.mail_of_group "
        "board.accept board.covered board.done board.ended board.hand_back board.happened board.hard board.heard "
        "board.index board.keep_draft board.let_go_of_draft board.new board.new_offer board.offer_list board.show "
        "board.show_offer board.take_up "
        "groups.agree groups.leave groups.members groups.mine groups.resource_list groups.take_over "
        "load.buddy load.end_buddy load.want_buddy "
        "meetings.calendar meetings.check_in meetings.glad meetings.hosts meetings.index meetings.rsvp "
        "meetings.share_check_in meetings.show meetings.take_turn "
        "moderation.block moderation.blocks moderation.mute moderation.reports moderation.unmute",
    ),
    **only(
        FACILITATORS,  # who also asked, in this world
        "board.again board.answer board.edit board.edit_offer board.end_help board.own_examples board.pause_offer "
        "board.remove_example board.take_down_offer board.tell board.thank board.welcome_lines board.withdraw "
        "groups.answer groups.applications groups.edit groups.edit_resource groups.hello groups.invitations "
        "groups.invite_by_letter "
        "groups.keep_facilitator groups.make_facilitator groups.manage groups.new_resource groups.poster "
        "groups.remove groups.rest groups.revoke groups.stay_on groups.step_down groups.take_away_resource "
        "groups.be_back groups.second groups.second_not_now groups.take_a_break groups.wake "
        "load.reflect load.spread load.switch_buddies "
        "meetings.answer_swap meetings.cancel meetings.edit meetings.host meetings.meet_again meetings.new "
        "meetings.pause meetings.series_list meetings.stop_series "
        "moderation.answer moderation.danger moderation.duties moderation.hand_over moderation.hide "
        "moderation.look moderation.queue moderation.show moderation.why",
    ),
    **only(
        OPERATORS,
        "moderation.operator_answer moderation.operator_hidden moderation.operator_hide moderation.operator_keep "
        "moderation.operator_look moderation.operator_mail moderation.operator_mail_drop "
        "moderation.operator_mail_retry moderation.operator_open moderation.operator_queue "
        "moderation.operator_remove moderation.operator_show",
    ),
    **only(
        HERS,
        "accounts.confirm_email accounts.undo_email "
        "board.answer_offer board.answer_spoken "
        "meetings.ask_swap meetings.pass_on meetings.take_back_swap "
        "moderation.ask_again moderation.hidden "
        "privacy.download "
        "reflections.edit "
        "safety.avoid_no_more",
    ),
    # Who hosts, or helps, or wrote it.
    **only(
        HERS | FACILITATORS,
        "board.messages board.write_down meetings.attendance meetings.here meetings.hosting meetings.order "
        "meetings.swap meetings.whether moderation.unblock",
    ),
    # Nobody reports what they wrote themselves, or offers something to themselves.
    **only(MEMBERS - FACILITATORS, "board.offer_to moderation.report"),
    # A group's public page and the ways in are there for everyone but whoever was removed.
    **only(EVERYONE - {"removed"}, "groups.invited groups.join groups.public"),
    **only(MEMBERS | {"applicant", "former"}, "groups.come_back groups.withdraw"),
    **only(frozenset({"former"}), "privacy.erase_in_group"),
    # There only with METRICS_TOKEN, and for who sends it; the letters of /dev/mail, once one has come.
    **only(frozenset(), "dev.letter dev.letter_html health.metrics"),
}
# Erasing what is not there is done already: for somebody else's things the answer is the same, and nothing happens.
QUIETLY = {"reflections.erase": "member", "reflections.erase_note": "member"}
# Where the anonymous get what everybody refused gets, not the way to sign in.
NEVER_TO_SIGN_IN = {"health.metrics", "dev.letter", "dev.letter_html", "groups.public", "groups.join", "groups.invited"}


def rules(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint)


def methods(rule):
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


def is_for_developers(rule):
    """Whether it is not there in production, and the same for everybody elsewhere: a page that takes a second."""
    return rule.endpoint.startswith("dev.")


def same(answer):
    """What an answer says, without what is new each time."""
    text = re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"', "", answer.text)
    headers = {
        name: re.sub(r"nonce-[\w-]+", "", value) for name, value in answer.headers.items() if name != "Set-Cookie"
    }
    return answer.status_code, text, headers


def test_every_route_says_whom_it_is_for(app):
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert there - set(AUDIENCE) == set()
    assert set(AUDIENCE) - there == set()


@ON_SQLITE
def test_each_page_is_there_for_whom_it_is_for_and_for_nobody_else(app, world):
    """And whoever asks: looking writes no row (T4), no answer tells somebody's address to anybody else (T21, T22), and
    each carries what it has to (T27).
    """
    wrong, looked_at = [], set()
    addresses = {name: account.email for name, account in world.accounts.items()}
    for rule in rules(app):
        path, framed = world.path(app, rule), is_for_developers(rule)
        for method, person in product(methods(rule), PEOPLE[:1] if framed else askers(rule)):
            browser = world.browser(app, person)
            with taken_back() as written:
                answer = browser.open(path, method=method, data=world.data(rule, method))
            page = (rule.endpoint, method, answer.status_code)
            found = [judge(rule.endpoint, person, answer, written), *looks(method, written)]
            found += told(addresses, person, answer)
            found += faults(answer, framed=framed, whole=page not in looked_at)
            looked_at.add(page)
            wrong += [f"{method} {rule.rule} ({rule.endpoint}) as {person}: {one}" for one in found if one]
    assert wrong == []


def askers(rule):
    """Everyone who is refused, and half of those whom it is for, others at each page."""
    there = AUDIENCE[rule.endpoint]
    welcome = some([person for person in PEOPLE if person in there], rule.rule, 2)
    return [person for person in PEOPLE if person not in there or person in welcome]


def told(addresses, person, answer):
    """Whose address the answer tells to somebody else."""
    said = answer.text if answer.mimetype.startswith("text/") else ""
    return [f"tells {name}'s address" for name, email in addresses.items() if name != person and email in said]


def looks(method, written):
    return [f"looking wrote {sorted(set(written))}"] if method == "GET" and written else []


def judge(endpoint, person, answer, written):
    """What is wrong with the answer; None where nothing is."""
    status, to_sign_in = answer.status_code, (answer.location or "").startswith("/sign-in?")
    if status >= 500:
        return str(status)
    if person != QUIETLY.get(endpoint, person) and changed(written):
        return f"wrote {changed(written)}"
    if person in AUDIENCE[endpoint]:
        return f"{status} {answer.location}" if status in (401, 403, 404, 405) or to_sign_in else None
    if person == "nobody" and endpoint not in NEVER_TO_SIGN_IN:
        return None if status == 303 and (to_sign_in or answer.location == "/sign-in") and not written else str(status)
    if status != 404:
        return f"{status} {answer.location}"
    return f"wrote {changed(written)}" if changed(written) else None


@ON_SQLITE
def test_refused_looks_like_not_there(app, world):
    """Hidden and non-existent: the same bytes, the same headers. For who never was inside it is the same work as well,
    so that time tells nothing of what is there (T18).
    """
    wrong = []
    for rule in rules(app):
        if "slug" not in rule.arguments:
            continue
        path = world.path(app, rule)
        nowhere = world.path(app, rule, slug="no-such-group", **{name: uuid4() for name in ids_in(rule)})
        for method in methods(rule):
            for person in some(sorted(SIGNED_IN - AUDIENCE[rule.endpoint]), f"{method} {rule.rule}", 3):
                browser = world.browser(app, person)
                with taken_back():
                    (refused, work), (missing, as_much) = (worked(browser, one, method) for one in (path, nowhere))
                if refused != missing or (work != as_much and person not in HAVE_BEEN_INSIDE):
                    wrong.append(f"{method} {rule.rule} as {person}")
    assert wrong == []


def worked(browser, path, method):
    """What is answered, and what the database was asked for it."""
    with count_queries() as asked:
        answer = browser.open(path, method=method)
    return same(answer), asked


def ids_in(rule):
    return {name for name in rule.arguments if name.endswith("_id")}


@ON_POSTGRESQL
def test_what_is_in_another_group_is_not_there_in_this_one(app, world):
    """With ids of another group the answer is as for ids that nobody has, and nothing changes (T2)."""
    wrong = []
    for rule in rules(app):
        if "slug" not in rule.arguments or not ids_in(rule):
            continue
        path = world.path(app, rule, world.elsewhere, slug=world.here.group.slug)
        nowhere = world.path(app, rule, **{name: uuid4() for name in ids_in(rule)})
        for method in methods(rule):
            for person in MEMBERS:
                browser, data = world.browser(app, person), world.data(rule, method)
                with taken_back() as written:
                    theirs, missing = (browser.open(one, method=method, data=data) for one in (path, nowhere))
                if same(theirs) != same(missing) or theirs.status_code == 200 or changed(written):
                    wrong.append(f"{method} {rule.rule} as {person}: {theirs.status_code} {changed(written)}")
    assert wrong == []


@ON_SQLITE
def test_asking_for_the_head_alone_changes_nothing_either(app, world):
    wrong = []
    for rule in rules(app):
        if "GET" in rule.methods:
            with taken_back() as written:
                world.browser(app, "member").head(world.path(app, rule))
            wrong += [f"{rule.rule}: {one}" for one in looks("GET", written)]
    assert wrong == []


@ON_SQLITE
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_not_taken(app, world, method):
    browser = world.browser(app, "facilitator")
    wrong = []
    for rule in some(rules(app), method, 6):
        with taken_back() as written:
            answer = browser.open(world.path(app, rule), method=method, headers={"X-HTTP-Method-Override": "POST"})
        if answer.status_code != 405 or written:
            wrong.append(f"{rule.rule}: {answer.status_code}")
    assert wrong == []


@ON_SQLITE
@pytest.mark.parametrize("named", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_get_is_never_taken_for_a_post(app, world, named):
    browser = world.browser(app, "member")
    path = world.path(app, next(rule for rule in rules(app) if rule.endpoint == "groups.leave"))
    with taken_back() as written:
        browser.get(path, headers={named: "POST"}, query_string={"_method": "POST", "csrf_token": "x"})
    assert written == []
