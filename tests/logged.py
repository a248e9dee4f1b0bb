"""What was said while a test ran, by us, by libraries and by our processes, is held against what no log may hold (T15).

The secrets are not a list: they are what the code itself sealed or hashed in this process, so a new sealed column is
held as well, and a page that breaks while it holds one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from supportgroup.accounts import passwords
from supportgroup.secrets import Keyring

LEAST = 8  # letters; shorter ones stand in lines of their own right
TOLD = re.compile(r"@example\.(?:org|com)|\b(?:Ada|Ben|Cleo|Dan)\b|\bCircle \d|\bcircle-\d")  # of whom, and where
OPAQUE = re.compile(r"(?=[\w-]*[0-9])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{40,}")  # a link, a cookie, a token
secrets = set[str]()


@contextmanager
def noted() -> Iterator[None]:
    """Remember every text that is sealed and every password that is typed."""
    seal, normal = Keyring.seal, passwords.normal

    def sealing(keyring: Keyring, text: str, place: str) -> bytes:
        secrets.add(text)
        return seal(keyring, text, place)

    def typing(password: str) -> str:
        secrets.add(password)
        return normal(password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keyring, "seal", sealing)
        patch.setattr(passwords, "normal", typing)
        yield


def told(said: str) -> list[str]:
    """What stands in these lines and in no log of ours."""
    if not said:
        return []
    found = {match.group() for shape in (TOLD, OPAQUE) for match in shape.finditer(said)}
    return sorted(found | {secret for secret in secrets if len(secret) >= LEAST and secret in said})


def refuse_telling(report: Any) -> Any:
    """A test whose logs tell something fails at its end."""
    if report.when == "teardown" and report.passed:
        said = "\n".join((report.capstdout, report.capstderr, report.caplog)).strip()
        if found := told(said):
            report.outcome, report.longrepr = "failed", f"Its log tells {found}:\n{said[:4000]}"
    return report
