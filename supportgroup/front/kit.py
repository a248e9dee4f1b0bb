"""Every macro of pages in all its states, light and dark side by side, to look at. In development only."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import abort, g, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from supportgroup import clock
from supportgroup.charts import Bar, Chart
from supportgroup.fields import Form, Line, Paragraphs, choices
from supportgroup.front.dev import bp

THEMES = ("light", "dark")
KINDS = [("errand", "Errand"), ("task", "Part of a task"), ("listen", "To be heard")]
ZONE = ZoneInfo("Europe/Berlin")
GUESSES = Chart(
    sentence="Two of three guesses were darker than what came.",
    caption="What you guessed, and what came of it",
    heading="Guess",
    parts=("yes", "no", "open"),
    bars=(Bar("Hardly", (4, 1, 1)), Bar("Maybe", (3, 2, 0)), Bar("Likely", (2, 0, 0))),
)


class Ticks(SelectMultipleField):
    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()


class KitForm(Form):
    """A field of every kind."""

    title = Line("What would help?", [InputRequired("Say in a few words what would help.")])
    email = EmailField("Email address", description="Nobody in any group sees it.")
    body = Paragraphs("More about it", [InputRequired("A sentence is enough.")])
    size = SelectField("How long does it take?", choices=choices({"5": "5 minutes", "15": "15 minutes"}))
    places = IntegerField("How many places", [InputRequired("Say a number.")])
    day = DateField("Which day?", [InputRequired("Choose a day.")])
    at = TimeField("At what time?", [InputRequired("Choose a time.")])
    kind = RadioField(
        "What kind of help is it?", [InputRequired("Choose what kind of help it is.")], choices=choices(dict(KINDS))
    )
    uneasy = RadioField("How uneasy is it to ask?", [InputRequired("Choose one.")], choices=["Not", "A bit", "Very"])
    who = Ticks("Who may see it?", [InputRequired("Choose somebody.")], choices=["Ben", "Cleo"])
    agree = BooleanField("I have read this", [InputRequired("Tick this to go on.")], description="It is short.")


@bp.get("/dev/kit")
def kit() -> ResponseReturnValue:
    g.frame_src = "'self'"
    return render_template("dev/kit.html", themes=THEMES)


@bp.get("/dev/kit/<theme>")
def kit_in(theme: str) -> ResponseReturnValue:
    """The pieces themselves, in one theme."""
    if theme not in THEMES:
        abort(404)
    g.frame_ancestors = "'self'"
    filled = KitForm(MultiDict({"kind": "errand", "uneasy": "A bit", "who": "Ben", "title": "Bring back bread"}))
    wrong = KitForm(MultiDict({"wrong-email": "ada"}), prefix="wrong-")
    wrong.validate()
    now = clock.now()
    said = {"name": "Ben", "colour": 2, "text": "I can be there at six.", "at": now, "mine": False, "report": "#thread"}
    return render_template(
        "dev/pieces.html",
        theme=theme,
        bare=True,
        filled=filled,
        wrong=wrong,
        chart_of=GUESSES,
        zone=ZONE,
        soon=now + timedelta(days=2),
        said=[said, {**said, "name": "Ada", "colour": 0, "text": "Thank you.", "mine": True}, {**said, "text": ""}],
    )
