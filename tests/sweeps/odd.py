"""What is odd, and the forms that pages show, to be filled in with it."""

import gettext
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, quote_from_bytes

from bs4 import BeautifulSoup
from wtforms.i18n import messages_path

from supportgroup import clock

TEXTS = {
    "nothing": b"",
    "spaces": b" \t ",
    "NUL": b"a\x00b",
    "half a pair": b"a\xed\xa0\x80b",
    "no UTF-8": b"\xff\xfe\xc0\xaf",
    "control characters": b"a\x07\x1b[31m\x7f",
    "a line's end": b"a\r\nBcc: b@example.org",
    "line and paragraph ends": "a\u2028b\u2029c\x85d".encode(),
    "turned around": "a\u202eb\u2066c\ufeff\u200b".encode(),
    "a script": b"\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}${7*7}",
    "a statement": b"' OR 1=1; DROP TABLE accounts; --",
    "a template of a log": b"%s %n {0} ${jndi:ldap://x}",
    "ten thousand letters": b"x" * 10_000,
    "a wrong zone": b"Mars/Olympus",
    "a file for a zone": b"../../../../etc/passwd",
    "a day that is not": b"2027-02-30",
    "the last day": b"9999-12-31",
    "the first day": b"0001-01-01",
    "a moment that is not": b"2027-02-30T25:61",
    "the last moment": b"9999-12-31T23:59",
    "an hour that is not": b"25:61",
    "a number too large": b"99999999999999999999999",
    "a number just too large": b"2147483648",
    "less than nothing": b"-1",
    "no number": b"NaN",
    "other digits": "٣".encode(),
    "no id": b"not-an-id",
    "nobody's id": b"00000000-0000-0000-0000-000000000000",
    "a rule": b"FREQ=SECONDLY;COUNT=1000000",
    "an address of ours": b"javascript:alert(1)//https://",
    "a list": b"[]",
}


def library_says():
    """What WTForms says by itself, in English: as far as it is a sentence without gaps."""
    known = gettext.translation("wtforms", messages_path(), ["de"])._catalog
    return [said for said in known if isinstance(said, str) and said.endswith(".") and "%" not in said]


@dataclass(frozen=True)
class FormOnPage:
    """A form as the page shows it: where it is sent, and its fields with what a sensible person would fill in."""

    action: str
    method: str
    fields: tuple[tuple[str, bytes], ...]  # with what is filled in; hidden ones and buttons too

    def shape(self):
        """Forms of one shape are tried once: lists show the same one for every row."""
        return re.sub(r"[0-9a-f-]{36}|/[\w-]{40,}", "…", self.action), tuple(name for name, _ in self.fields)

    def body(self, **odd):
        return b"&".join(
            quote(name).encode() + b"=" + quote_from_bytes(odd.get(name, value), safe="").encode()
            for name, value in self.fields
        )


def forms_on(path, page):
    """The forms of a page, filled in."""
    for form in BeautifulSoup(page, "html.parser")("form"):
        fields = {}
        for element in form(["input", "textarea", "select", "button"]):
            name = element.get("name")
            if name and name != "csrf_token":
                fields.setdefault(name, sensible(element))
        yield FormOnPage(form.get("action") or path, form.get("method", "get").lower(), tuple(fields.items()))


def sensible(element):
    """What somebody would fill in here."""
    if element.name == "select":
        options = [option.get("value", "") for option in element("option")]
        return next((value for value in options if value), "").encode()
    if element.get("value") and element.get("type") != "text":
        return element["value"].encode()
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    like = {
        "email": "dan@example.org",
        "date": tomorrow,
        "time": "19:00",
        "datetime-local": f"{tomorrow}T19:00",
        "number": "5",
        "url": "https://example.org/room",
        "checkbox": "y",
        "password": "a lamp in every window",
    }
    if element["name"].endswith("_until"):
        return b"07:30"
    by_keys = {"numeric": "5", "url": "https://example.org/room"}  # what a phone's keyboard offers
    return like.get(element.get("type", "text"), by_keys.get(element.get("inputmode"), "Bring back bread")).encode()
