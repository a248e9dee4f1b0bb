"""Fields for forms about asks and offers: a few choices, seen or listed, days and hours."""

from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput

from supportgroup.fields import choices


class Chosen:
    """For fields with a few choices: what is none of them is asked for again, in a sentence of ours."""

    sentence: str
    data: Any

    def pre_validate(self, _form: object) -> None:
        if self.data is None:
            raise ValidationError(self.sentence)


def member_of(options: dict[Any, str]) -> Any:
    """A `coerce` that gives the option of this text, and None for what is none."""
    by_text = {str(option): option for option in options}
    return lambda value: by_text.get(str(value))


class Cards(Chosen, RadioField):
    """One of a few, all of them seen."""

    def __init__(self, label: str, options: dict[Any, str], sentence: str, **kwargs: Any) -> None:
        super().__init__(label, choices=choices(options), coerce=member_of(options), validate_choice=False, **kwargs)
        self.sentence = sentence

    def offer(self, options: dict[Any, str]) -> None:
        """Let it be one of these only."""
        self.choices, self.coerce = choices(options), member_of(options)


class OneOf(Chosen, SelectField):
    """One of a list."""

    def __init__(self, label: str, options: dict[Any, str], sentence: str, **kwargs: Any) -> None:
        super().__init__(label, choices=choices(options), coerce=member_of(options), validate_choice=False, **kwargs)
        self.sentence = sentence


class Several(SelectMultipleField):
    """Any number of a list, each with a box to tick."""

    option_widget = CheckboxInput()
    data: Any

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], coerce=str, validate_choice=False, default=(), **kwargs)

    def offer(self, options: dict[Any, str]) -> None:
        """Let it be any of these; others are left out."""
        self.choices = choices(options)
        self.data = [value for value in self.data or () if value in {str(option) for option in options}]
