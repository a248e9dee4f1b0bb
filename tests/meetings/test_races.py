"""Many at once: of any number who press for the last place, one has it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from supportgroup import clock
from supportgroup.accounts.access import cookie_name
from supportgroup.accounts.service import start_session
from supportgroup.board import helping
from supportgroup.board.models import Ask
from supportgroup.db import db, transaction
from supportgroup.errors import Refused
from supportgroup.groups.models import Membership
from supportgroup.mail.models import Letter
from supportgroup.meetings import answers, hosting, reminders
from supportgroup.meetings.models import Answer, Meeting, Rsvp
from tests.factories import make_account, make_group, make_meeting, make_membership

MANY = 20


def people_at_their_browsers(app, many):
    """A group of so many, each signed in in a browser of their own, and a meeting next week with one place."""
    with transaction():
        group = make_group(size_limit=500)
        members = [make_membership(group, make_account(f"Member {number}")) for number in range(many)]
        meeting = make_meeting(group, clock.now() + timedelta(days=7), size_limit=1)
        cookies = [start_session(member.account, device="Firefox on Linux") for member in members]
    path = f"/g/{group.slug}/meetings/{meeting.id}/rsvp"
    return meeting.id, members, cookies, path


def all_at_once(app, tasks):
    """Run them in threads that begin together; what each gave back."""
    start = Barrier(len(tasks))

    def run(task):
        with app.app_context():
            start.wait()
            try:
                return task()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [done.result(timeout=50) for done in [pool.submit(run, task) for task in tasks]]


def answer_counts(meeting_id):
    counted = select(Rsvp.answer, func.count()).where(Rsvp.meeting_id == meeting_id).group_by(Rsvp.answer)
    return dict(db.session.execute(counted).all())


def test_of_twenty_who_press_at_once_for_one_place_one_has_it_and_the_others_wait(committed_app):
    meeting_id, _, cookies, path = people_at_their_browsers(committed_app, MANY)

    def press(cookie):
        browser = committed_app.test_client()
        browser.set_cookie(cookie_name(), cookie)
        return lambda: browser.post(path, data={"answer": "going"}).status_code

    assert all_at_once(committed_app, [press(cookie) for cookie in cookies]) == [303] * MANY
    assert answer_counts(meeting_id) == {Answer.GOING: 1, Answer.WAITING: MANY - 1}


def test_a_place_handed_back_while_others_press_is_given_to_one(committed_app):
    meeting_id, members, _, _ = people_at_their_browsers(committed_app, 10)
    first, *others = [member.id for member in members]

    def press(member_id, answer):
        def run():
            me = db.session.get_one(type(members[0]), member_id)
            with transaction():
                answers.answer(me=me, meeting_id=meeting_id, answer=answer)

        return run

    press(first, Answer.GOING)()
    back = [press(first, Answer.NOT_GOING), *(press(other, Answer.GOING) for other in others)]
    all_at_once(committed_app, back)

    assert answer_counts(meeting_id) == {Answer.NOT_GOING: 1, Answer.GOING: 1, Answer.WAITING: 8}


def test_planners_side_by_side_owe_each_reminder_once(committed_app):
    with transaction():
        group = make_group(size_limit=500)
        meeting = make_meeting(group, clock.now() + timedelta(hours=25))
        for number in range(40):
            make_membership(group, make_account(f"Member {number}"))
        meeting.created_at = clock.now() - timedelta(days=1)

    def plan():
        with transaction():
            reminders.owe_reminders(since=None)

    all_at_once(committed_app, [plan] * 6)
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 40


def test_of_many_who_can_host_at_once_one_does_on_the_page_and_on_the_board(committed_app):
    meeting_id, members, _, _ = people_at_their_browsers(committed_app, 8)
    with transaction():
        meeting = db.session.get_one(Meeting, meeting_id)
        meeting.host_id = members[0].id
    ids = [member.id for member in members]

    def press(member_id, act):
        def run():
            me = db.session.get_one(Membership, member_id)
            try:
                with transaction():
                    act(me)
            except Refused:
                return "refused"
            return "done"

        return run

    def let_go(me):
        hosting.cannot_host(me=me, meeting_id=meeting_id)

    assert all_at_once(committed_app, [press(ids[0], let_go)] * 3) == ["done"] * 3
    ask_id = db.session.scalars(select(Ask.id)).one()

    def takes(me):
        hosting.take_turn(me=me, meeting_id=meeting_id)

    def accepts(me):
        helping.accept_ask(me=me, ask_id=ask_id)

    presses = [press(member_id, act) for member_id, act in zip(ids[1:], [takes, accepts] * 4, strict=False)]
    assert sorted(all_at_once(committed_app, presses)) == ["done"] + ["refused"] * 6
    db.session.remove()
    host_id = db.session.get_one(Meeting, meeting_id).host_id
    assert [help_.helper_id for help_ in db.session.get_one(Ask, ask_id).helpers] == [host_id]
