"""Forms about an account: shape only."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from supportgroup.accounts.passwords import MOST
from supportgroup.fields import Form, Line, ZoneField, choices, plain, strip
from supportgroup.languages import LANGUAGES
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

NO_CODE = _l("That is no code: six figures, or a spare code of sixteen letters.")


class AddressField(EmailField):
    """An email address, normalised so that one mailbox is one account."""

    def __init__(self, label: str = _l("Email address"), **kwargs: Any) -> None:
        required = DataRequired(_("Enter your email address, such as ada@example.org."))
        super().__init__(
            label, [required, Length(max=254, message=_("This address is too long.")), plain], filters=[strip], **kwargs
        )

    def post_validate(self, form: object, validation_stopped: bool) -> None:
        if validation_stopped or not self.data:
            return
        try:
            found = validate_email(self.data, check_deliverability=False, allow_smtputf8=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError(_("Enter an email address such as ada@example.org.")) from None
        self.address = found.normalized.lower()


def name_field(label: str = _l("Name others see")) -> Line:
    """A chosen name: any name will do."""
    return Line(
        label,
        [
            DataRequired(_l("Choose a name. It can be any name you like.")),
            Length(max=40, message=_l("Up to 40 letters.")),
        ],
    )


class SignInForm(Form):
    email = AddressField()
    next = HiddenField()


class SignUpForm(Form):
    email = AddressField()
    name = name_field()
    zone = ZoneField(default="UTC")
    adult = BooleanField(validators=[DataRequired(_l("Tick this to go on."))])
    next = HiddenField()


def code_field(label: str = _l("Code from your app")) -> Line:
    """Six figures from an app, or one of the spare codes."""
    return Line(label, [DataRequired(_l("Type the code that your app shows now.")), Length(max=40, message=NO_CODE)])


def password_field(label: str = _l("Password")) -> PasswordField:
    """A password, taken as it is: any letters, spaces at its ends too."""
    too_long = Length(max=MOST, message=_l("Up to %(number)s letters.", number=MOST))
    return PasswordField(label, [InputRequired(_l("Type your password.")), too_long])


def shared_field() -> BooleanField:
    return BooleanField(_l("This is a shared device: sign me out after 12 hours"))


class UseLinkForm(Form):
    code = code_field()
    shared = shared_field()


class PasswordSignInForm(Form):
    email = AddressField()
    password = password_field()
    code = Line(_l("Code from your app"), [Optional(), Length(max=40, message=NO_CODE)])
    shared = shared_field()
    next = HiddenField()


class PasskeyForm(Form):
    """What the browser answers, written into the page by our script."""

    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    shared = shared_field()
    next = HiddenField()


class ProveForm(Form):
    password = password_field()
    code = code_field()
    next = HiddenField()


class NewPasswordForm(Form):
    password = password_field(_l("New password"))


class CodesForm(Form):
    seed = HiddenField()
    code = code_field(_l("The code that the app shows"))


class NewAddressForm(Form):
    email = AddressField(_l("New email address"))
    quietly = BooleanField(_l("Send no letter to my former address: others may read there"))


class SettingsForm(Form):
    name = name_field(_l("Your name, for new groups"))
    zone = ZoneField()
    language = SelectField(_l("Language"), choices=choices(LANGUAGES))
