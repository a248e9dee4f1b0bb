"""Letters of the board: each can be written in both ways, and none tells what it is about."""

import pytest

from supportgroup import clock
from supportgroup.mail.compose import write
from supportgroup.mail.kinds import KINDS

OURS = [name for name in KINDS if name.startswith("ask-") or name in ("help-reminder", "digest")]
NEVER = ("just ", "simply", "easy", "don't worry", "oops", "failed", "invalid", "must", "!")


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("full", [False, True])
def test_every_sample_is_a_letter_in_our_voice(app, frozen, name, full):
    for sample in KINDS[name].samples:
        values = {**sample, "name": "Blue", "full": full, "zone": clock.zone("Europe/Paris")}
        with app.test_request_context():
            letter = write(name, {**values, "link": "https://l.example/l/x", "stop_url": None, "preferences_url": ""})

        assert letter.subject.startswith(("Blue: ", "Blue, ", "Evening circle"))
        assert letter.text.count("https://l.example/l/x") == letter.html.count("https://l.example/l/x") == 1
        said = f"{letter.subject} {letter.text}".lower()
        assert not [word for word in NEVER if word in said]
        assert "  " not in letter.subject
        assert "none" not in said
