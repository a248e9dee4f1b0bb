"""Forms about groups: shape only."""

from collections.abc import Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from supportgroup.accounts.forms import AddressField, name_field
from supportgroup.fields import Day, Form, Line, Paragraphs, ZoneField, among, choices
from supportgroup.groups.defaults import AGREEMENT
from supportgroup.groups.founding import Charter
from supportgroup.groups.joining import Wish
from supportgroup.groups.models import AsksByMail, Delicate, Format, Joining, Posting, Visibility
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

# What groups are likely to speak, each by its own name (Unicode CLDR). Babel would read all of their rules for that,
# a fifth of the time that a process takes to start; a test holds these against it.
LANGUAGES = {
    "en": "English",
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "es": "Español",
    "et": "Eesti",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sq": "Shqip",
    "sr": "Српски",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
}

FORMATS = {Format.ONLINE: _l("Online"), Format.IN_PERSON: _l("In person"), Format.BOTH: _l("Online and in person")}
VISIBILITIES = {
    Visibility.UNLISTED: _l("Unlisted: only people with an invitation find it"),
    Visibility.LISTED: _l("Listed: everyone finds it among the groups"),
}
JOININGS = {
    Joining.APPLICATION: _l("By application: a facilitator reads it and answers"),
    Joining.OPEN: _l("Open: who agrees to the agreement is in"),
    Joining.INVITATION: _l("By invitation only"),
}
ASKS_BY_MAIL = {
    AsksByMail.AT_ONCE: _l("A letter for each"),
    AsksByMail.DAILY: _l("At most one letter a day"),
    AsksByMail.WEEKLY: _l("At most one letter a week"),
    AsksByMail.NEVER: _l("No letters"),
}
POSTINGS = {
    Posting.AT_ONCE: _l("At once"),
    Posting.SEEN_FIRST: _l("Once a facilitator has looked at it; asks to be heard always at once"),
}
DELICATE = {
    Delicate.MONEY: _l("Money, lent or given"),
    Delicate.MEDICAL: _l("Medical matters"),
    Delicate.CHILDREN: _l("Looking after children"),
}
COLOURS = {
    0: _l("Green"),
    1: _l("Apricot"),
    2: _l("Blue"),
    3: _l("Rose"),
    4: _l("Olive"),
    5: _l("Sky"),
    6: _l("Sand"),
    7: _l("Lilac"),
}

TOPICS, TOPIC, QUESTIONS, QUESTION, ANSWER = 6, 30, 5, 200, 2000  # how many, and how long in letters


class WholeNumber(IntegerField):
    """A whole number, with a sentence of our own for what is none."""

    def __init__(self, label: str, least: int, most: int, **kwargs: Any) -> None:
        sentence = _l("Say a number from %(least)s to %(most)s.", least=least, most=most)
        super().__init__(label, [InputRequired(sentence), NumberRange(least, most, sentence)], **kwargs)
        self.sentence = sentence

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([text[:12] for text in valuelist])
        except ValueError:
            raise ValueError(self.sentence) from None


class StartForm(Form):
    name = Line(
        _l("What do you call it?"),
        [DataRequired(_l("Give it a name.")), Length(max=80, message=_l("Up to 80 letters."))],
        description=_l("Only members see this name. Letters call it by a cover word."),
    )
    purpose = Paragraphs(
        _l("What is it for?"),
        [DataRequired(_l("Say in a sentence what it is for.")), Length(max=2000, message=_l("Up to 2,000 letters."))],
    )
    format = RadioField(_l("How do you meet?"), choices=choices(FORMATS), coerce=among(Format), default=Format.ONLINE)
    zone = ZoneField(_l("Time zone of the group"), default="UTC")
    my_name = name_field(_l("The name members see of you"))
    agreement = Paragraphs(
        _l("Agreement"),
        [DataRequired(_l("Say what you ask of everyone.")), Length(max=8000, message=_l("Up to 8,000 letters."))],
        default=lambda: str(AGREEMENT),
    )


class CharterForm(Form):
    """Everything about a group that its facilitators may change."""

    name = Line(_l("Name"), [DataRequired(_l("Give it a name.")), Length(max=80, message=_l("Up to 80 letters."))])
    public_title = Line(
        _l("Public title"),
        [DataRequired(_l("Give it a public title.")), Length(max=80, message=_l("Up to 80 letters."))],
    )
    purpose = Paragraphs(
        _l("What it is for"),
        [DataRequired(_l("Say in a sentence what it is for.")), Length(max=2000, message=_l("Up to 2,000 letters."))],
    )
    first_time = Paragraphs(_l("What a first time is like"), [Length(max=2000, message=_l("Up to 2,000 letters."))])
    topics = Line(_l("Topics"), [Length(max=300, message=_l("Up to six topics."))])
    language = SelectField(_l("Language"), choices=choices(LANGUAGES))
    format = RadioField(_l("How you meet"), choices=choices(FORMATS), coerce=among(Format))
    area = Line(_l("Rough area"), [Length(max=80, message=_l("Up to 80 letters."))])
    zone = ZoneField()
    visibility = RadioField(_l("Who finds it"), choices=choices(VISIBILITIES), coerce=among(Visibility))
    joining = RadioField(_l("How people join"), choices=choices(JOININGS), coerce=among(Joining))
    questions = Paragraphs(
        _l("Questions for those who apply"), [Length(max=1500, message=_l("Up to five short questions."))]
    )
    size_limit = WholeNumber(_l("How many places"), 2, 500)
    posting = RadioField(_l("When the others see a new ask"), choices=choices(POSTINGS), coerce=among(Posting))
    fine = SelectMultipleField(_l("What may be asked for here"), choices=choices(DELICATE), coerce=among(Delicate))
    agreement = Paragraphs(
        _l("Agreement"),
        [DataRequired(_l("Say what you ask of everyone.")), Length(max=8000, message=_l("Up to 8,000 letters."))],
    )

    def validate_topics(self, field: Any) -> None:
        words = topics_in(field.data)
        if len(words) > TOPICS or any(len(word) > TOPIC for word in words):
            raise ValidationError(_("Up to six topics, a word or two each, with commas between them."))

    def validate_questions(self, field: Any) -> None:
        asked = lines_in(field.data)
        if len(asked) > QUESTIONS or any(len(question) > QUESTION for question in asked):
            raise ValidationError(_("Up to five questions, one a line, 200 letters each."))

    def charter(self) -> Charter:
        """What was filled in."""
        fields: dict[str, Any] = {name: "" if value is None else value for name, value in self.fields().items()}
        fields |= {"topics": topics_in(self.topics.data), "questions": lines_in(self.questions.data)}
        return Charter(**fields)


def topics_in(text: str | None) -> list[str]:
    """The topics in a line with commas: each once, in small letters."""
    words = (" ".join(word.split()).lower() for word in (text or "").split(","))
    return list(dict.fromkeys(word for word in words if word))


def lines_in(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").split("\n") if line.strip()]


class JoinForm(Form):
    """The one form of joining. `joining_form` adds what this group asks."""

    name = name_field(_l("The name others see"))
    agreement_version = HiddenField()
    agree = BooleanField(
        validators=[DataRequired(_l("Tick this to go on. The agreement is what people here can count on."))]
    )
    consent = BooleanField(
        _l("I say yes to this"),
        validators=[DataRequired(_l("Tick this to go on. Without your yes nothing about you is kept here."))],
    )

    def wish(self, questions: Sequence[str]) -> Wish:
        """What was written; a version that is no number is one that never was."""
        version = self.agreement_version.data or ""
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        answers = [(asked, getattr(self, f"answer_{at}").data or "") for at, asked in enumerate(questions)]
        return Wish(name=self.name.data or "", agreement_version=number, answers=answers)


def joining_form(*, questions: Sequence[str], anonymous: bool, asks_address: bool, agree: str, **data: Any) -> Any:
    """A joining form with a field for each question, and one for the address of who is not signed in."""

    class Asked(JoinForm):
        if asks_address:
            email = AddressField()
        if anonymous:
            zone = HiddenField()

    for at, question in enumerate(questions):
        too_long = Length(max=ANSWER, message=_("Up to 2,000 letters."))
        setattr(Asked, f"answer_{at}", Paragraphs(question, [too_long]))
    form = Asked(**data)
    form.agree.label.text = agree
    return form


class PlaceForm(Form):
    """How one is known in a group, and what its letters call it."""

    name = name_field()
    colour = SelectField(_l("Colour beside it"), choices=choices(COLOURS), coerce=int)
    cover_word = Line(
        _l("Cover word"),
        [DataRequired(_l("Choose a word, such as Blue.")), Length(max=24, message=_l("Up to 24 letters."))],
    )
    asks_by_mail = RadioField(
        _l("When others ask for something"), choices=choices(ASKS_BY_MAIL), coerce=among(AsksByMail)
    )
    can_listen = BooleanField(
        _l("I can listen"),
        description=_l(
            "When somebody said that today was hard and nobody has answered for some hours, you hear of it."
        ),
    )


class InvitationForm(Form):
    days = WholeNumber(_l("For how many days"), 1, 30, default=7)
    uses = WholeNumber(_l("For how many people"), 1, 50, default=1)


class InviteByLetterForm(Form):
    email = AddressField(_l("Their address"))


class BreakForm(Form):
    """Until when somebody takes a break from looking after the group."""

    until = Day(_l("Until"), [InputRequired(_l("Choose the day on which you are back, such as 2027-06-01."))])
