"""Forms about an account: shape only."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, EmailField, HiddenField, SelectField, SelectMultipleField, TimeField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from supportgroup.fields import Form, Line, ZoneField, choices, plain, strip
from supportgroup.mail.kinds import PREFERENCES

LANGUAGES = {"en": "English"}

REMINDERS = {
    14 * 24 * 60: "two weeks before",
    7 * 24 * 60: "a week before",
    2 * 24 * 60: "two days before",
    24 * 60: "a day before",
    3 * 60: "three hours before",
    60: "an hour before",
    15: "15 minutes before",
    0: "when it starts",
}


class AddressField(EmailField):
    """An email address, normalised so that one mailbox is one account."""

    def __init__(self, label: str = "Email address", **kwargs: Any) -> None:
        required = InputRequired("Enter your email address, such as ada@example.org.")
        super().__init__(
            label, [required, Length(max=254, message="This address is too long."), plain], filters=[strip], **kwargs
        )

    def post_validate(self, form: object, validation_stopped: bool) -> None:
        if validation_stopped or not self.data:
            return
        try:
            found = validate_email(self.data, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError("Enter an email address such as ada@example.org.") from None
        self.address = found.normalized.lower()


def name_field(label: str = "Name others see") -> Line:
    """A chosen name: any name will do."""
    return Line(
        label,
        [DataRequired("Choose a name. It can be any name you like."), Length(max=40, message="Up to 40 letters.")],
    )


class SignInForm(Form):
    email = AddressField()
    next = HiddenField()


class SignUpForm(Form):
    email = AddressField()
    name = name_field()
    zone = ZoneField(default="UTC")
    adult = BooleanField("I am 18 or older", validators=[InputRequired("Tick this to go on.")])
    next = HiddenField()


class UseLinkForm(Form):
    shared = BooleanField("This is a shared device: sign me out after 12 hours")


class SettingsForm(Form):
    name = name_field("Your name, for new groups")
    zone = ZoneField()
    language = SelectField("Language", choices=choices(LANGUAGES))


class MailForm(Form):
    reminders = SelectMultipleField(
        "Remind me of meetings", choices=choices(REMINDERS), coerce=int, validate_choice=True
    )
    quiet = BooleanField("Keep quiet hours")
    quiet_from = TimeField("from", [Optional()])
    quiet_until = TimeField("until", [Optional()])
    letters_at = TimeField("The daily letter comes at", [InputRequired("Say at what time, such as 18:00.")])
    full_letters = BooleanField("Name the service and the group in my letters")
    wanted = SelectMultipleField("Letters I want", choices=choices(PREFERENCES))

    def validate_quiet_until(self, field: Any) -> None:
        if self.quiet.data and (self.quiet_from.data is None or field.data is None):
            raise ValidationError("Say from when and until when, such as 21:00 and 08:00.")
        if self.quiet.data and self.quiet_from.data == field.data:
            raise ValidationError("From and until are the same time. Choose two that differ.")
