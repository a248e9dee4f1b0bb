"""The people of the stories about safety, and a life for Ben to take along or to erase."""

from datetime import timedelta

import pytest

from supportgroup import clock
from supportgroup.board.models import AskState, Heard, HelpState, Message
from supportgroup.db import db, transaction
from supportgroup.meetings.models import CheckIn, Feeling
from supportgroup.reflections.models import Note, Prompt, Reflection
from tests.factories import make_ask, make_help, make_meeting, make_presence, make_rsvp
from tests.moderation.conftest import ada, ben, browser_of, cleo, group, olga

__all__ = ["ada", "ben", "browser_of", "cleo", "group", "olga"]

CANARIES = {
    "ask": "Canary one: carry a wardrobe",
    "body": "Canary two: it is heavy",
    "place": "Canary three: Elm Street 4",
    "message": "Canary four: come at six",
    "check_in": "Canary five: lighter than before",
    "reflection": "Canary six: she will say no",
    "note": "Canary seven: I need rest",
    "thanks": "Canary eight: you saved my day",
}


@pytest.fixture
def life(group, ada, ben, cleo):
    """Ben has asked, helped, written, come, and thought about it."""
    now = clock.now()
    with transaction():
        done = make_ask(
            ben,
            title=CANARIES["ask"],
            body=CANARIES["body"],
            place=CANARIES["place"],
            state=AskState.DONE,
            closed_at=now - timedelta(days=1),
        )
        make_help(done, cleo, state=HelpState.DONE, ended_at=now - timedelta(days=1))
        alone = make_ask(ben, title="Canary nine: nobody came", state=AskState.EXPIRED, closed_at=now)
        theirs = make_ask(cleo, title="Bread from the baker", state=AskState.DONE, closed_at=now)
        earlier = now - timedelta(hours=1)
        make_help(theirs, ben, state=HelpState.DONE, thanks=CANARIES["thanks"], accepted_at=earlier, ended_at=now)
        mine = Message(ask_id=theirs.id, author_id=ben.id, text=CANARIES["message"], created_at=now)
        reply = Message(ask_id=theirs.id, author_id=cleo.id, text="That is kind", created_at=now)
        meeting = make_meeting(group, now - timedelta(days=2))
        make_rsvp(meeting, ben)
        make_presence(meeting, ben)
        feeling = CheckIn(
            meeting_id=meeting.id,
            membership_id=ben.id,
            feeling=Feeling.LIGHTER,
            line=CANARIES["check_in"],
            created_at=now,
        )
        reflection = Reflection(account_id=ben.account_id, note=CANARIES["reflection"], created_at=now)
        note = Note(account_id=ben.account_id, prompt=Prompt.NEED, text=CANARIES["note"], created_at=now)
        db.session.add_all([mine, reply, feeling, reflection, note])
        db.session.flush()
        db.session.add(Heard(ask_id=theirs.id, membership_id=ben.id, created_at=now))
        db.session.flush()
    return {"done": done.id, "alone": alone.id, "theirs": theirs.id, "mine": mine.id, "reply": reply.id}
