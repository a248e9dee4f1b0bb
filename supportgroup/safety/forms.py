"""The form of the list of people somebody would rather not meet: shape only."""

from wtforms.validators import DataRequired, Length

from supportgroup.fields import Form, Line
from supportgroup.languages import lazy_gettext as _l


class AvoidForm(Form):
    text = Line(
        _l("An address, or a name they go by"),
        [DataRequired(_l("Write an address or a name.")), Length(max=254, message=_l("Up to 254 letters."))],
        description=_l("As exactly as you can. Capitals and spaces make no difference."),
    )
