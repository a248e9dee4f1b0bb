"""The archive that somebody takes along: one page to read, one file for programs."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app

from supportgroup.languages import spoken
from supportgroup.privacy.parts import PARTS

JSON_NAME, PAGE_NAME = "data.json", "data.html"  # fixed, so that no name in the archive comes from anybody


def as_json(found: Mapping[str, Sequence[Mapping[str, Any]]], made_at: datetime) -> str:
    """Everything as JSON: part by part, instants in UTC."""
    return json.dumps({"made_at": made_at.isoformat(), **found}, ensure_ascii=False, indent=2, default=str)


def archive(found: Mapping[str, Sequence[Mapping[str, Any]]], made_at: datetime) -> bytes:
    """A zip of the two files, in the language that is spoken."""
    sections = [(title, found[name]) for title, name, _ in PARTS if name in found]
    template = current_app.jinja_env.get_template("privacy/copy.html")
    page = template.render(sections=sections, made_at=made_at, **spoken())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(JSON_NAME, as_json(found, made_at))
        made.writestr(PAGE_NAME, page)
    return out.getvalue()
