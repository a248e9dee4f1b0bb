"""The form of the list of people somebody would rather not meet: shape only."""

from wtforms.validators import DataRequired, Length

from supportgroup.fields import Form, Line


class AvoidForm(Form):
    text = Line(
        "An address, or a name they go by",
        [DataRequired("Write an address or a name."), Length(max=254, message="Up to 254 letters.")],
        description="As exactly as you can. Capitals and spaces make no difference.",
    )
