"""The archive that somebody takes along: one page to read, one file for programs."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, time, tzinfo
from functools import partial
from typing import Any

from flask import current_app

from supportgroup.languages import gettext as _
from supportgroup.languages import spoken
from supportgroup.privacy.parts import PARTS
from supportgroup.privacy.parts.record import Coded
from supportgroup.words import listed, local_date, local_time, time_words

JSON_NAME, PAGE_NAME = "data.json", "data.html"  # fixed, so that no name in the archive comes from anybody


def as_json(found: Mapping[str, Sequence[Mapping[str, Any]]], made_at: datetime) -> str:
    """Everything as JSON: part by part, instants in UTC."""
    return json.dumps({"made_at": made_at.isoformat(), **found}, ensure_ascii=False, indent=2, default=str)


def said(value: Any, zone: tzinfo) -> str:
    """A value as the page says it, in the language that is spoken."""
    if isinstance(value, Coded):
        return str(value.words)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return _("%(day)s, %(time)s", day=local_date(value, zone), time=local_time(value, zone))
    if isinstance(value, time):
        return time_words(value)
    if isinstance(value, Mapping):
        return "\n".join(filter(None, (said(one, zone) for one in value.values())))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return listed(said(one, zone) for one in value)
    return str(value)


def archive(found: Mapping[str, Sequence[Mapping[str, Any]]], made_at: datetime, zone: tzinfo) -> bytes:
    """A zip of the two files; the page in the language that is spoken, with times as they are in this zone."""
    sections = [(title, found[name]) for title, name, _ in PARTS if name in found]
    template = current_app.jinja_env.get_template("privacy/copy.html")
    page = template.render(sections=sections, said=partial(said, zone=zone), made_at=made_at, zone=zone, **spoken())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(JSON_NAME, as_json(found, made_at))
        made.writestr(PAGE_NAME, page)
    return out.getvalue()
