"""The page of pieces shows what pages are made of."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "templates"
IMPORT = re.compile(r'{% from "macros/(?:bits|forms|chart)\.html" import ([^%]+?) %}')
UNSEEN = {"csrf", "problem"}  # a hidden field; and what the fields show that are filled in wrongly


def test_it_shows_every_macro_that_a_page_uses():
    used = {
        name.split(" as ")[0].strip()
        for template in TEMPLATES.rglob("*.html")
        for names in IMPORT.findall(template.read_text())
        for name in names.split(",")
    }
    pieces = (TEMPLATES / "dev" / "pieces.html").read_text()

    assert {name for name in used - UNSEEN if f"{name}(" not in pieces} == set()
