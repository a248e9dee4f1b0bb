"""What browsers get of us besides pages: names, caching, colours that can be read, and nothing inline."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from flask import Flask

from supportgroup.assets import HASHED, STATIC, STYLE, contents, install_assets, publish

TEMPLATES = Path(__file__).parents[1] / "templates"
TOKENS = (STATIC / "style" / "tokens.css").read_text()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "assets"


@pytest.fixture
def browser(folder):
    """A browser on an app that has nothing but assets, and the addresses of these."""
    app = Flask("bare", static_folder=None)
    install_assets(app, folder)
    return app.test_client(), app.jinja_env.globals["asset"]


def test_a_name_changes_with_its_content(folder):
    first, again, other = (
        publish("a.css", b"a{}", folder),
        publish("a.css", b"a{}", folder),
        publish("a.css", b"b{}", folder),
    )

    assert first == again != other
    assert HASHED.search(first)


def test_what_is_there_is_not_made_again(folder):
    name = publish("a.css", b"a{}" * 100, folder)
    (folder / f"{name}.br").unlink()

    publish("a.css", b"a{}" * 100, folder)

    assert [path.name for path in folder.iterdir() if path.suffix == ".br"] == []


def test_whoever_finds_a_file_finds_its_compressed_ones(folder, monkeypatch):
    order = []
    replace = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda path, target: (order.append(Path(target).suffix), replace(path, target))
    )

    publish("a.css", b"a{}" * 100, folder)

    assert order == [".br", ".gz", ".css"]


def test_many_processes_may_publish_at_once(folder):
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: publish("a.css", b"a{}" * 100, folder), range(40)))

    (name,) = names
    assert {path.name for path in folder.iterdir()} == {name, f"{name}.br", f"{name}.gz"}
    assert [path.name for path in folder.parent.iterdir()] == ["assets"]


def test_assets_may_be_kept_for_ever_and_come_compressed(browser):
    client, asset = browser

    with client.get(asset("supportgroup.css"), headers={"Accept-Encoding": "gzip, br"}) as response:
        body = response.data

    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert brotli.decompress(body) == contents()["supportgroup.css"]


def test_a_name_that_is_no_file_of_ours_is_an_error(browser):
    _, asset = browser
    with pytest.raises(KeyError):
        asset("bootstrap.css")


def test_every_part_of_the_sheet_is_in_it():
    assert {path.stem for path in (STATIC / "style").iterdir()} == set(STYLE)


def test_the_first_page_costs_little():
    sizes = {name: len(brotli.compress(content)) for name, content in contents().items()}

    assert sizes["supportgroup.css"] < 8_000
    assert sizes["supportgroup.js"] < 4_000


def rules(selector):
    """The custom properties that `selector` sets in the tokens, by name."""
    block = TOKENS.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", block))


LIGHT, DARK = rules(":root"), rules(':root[data-theme="dark"]')


def test_dark_is_the_same_whether_the_system_or_the_person_chose_it():
    assert rules(':root:not([data-theme="light"])') == DARK
    assert set(DARK) == set(LIGHT)


def luminance(colour):
    """Relative luminance (WCAG 2.2) of `#rrggbb`."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, two):
    lighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ("paper", "surface", "sunk", "pine-wash", "apricot-wash")
PAIRS = [
    *[("ink", ground, 7) for ground in (*GROUNDS, *(f"person-{n}" for n in range(8)))],
    *[("ink-soft", ground, 7) for ground in ("paper", "surface")],
    *[("ink-soft", ground, 4.5) for ground in GROUNDS],
    *[("pine", ground, 4.5) for ground in GROUNDS],
    *[("pine-deep", ground, 4.5) for ground in GROUNDS],
    ("on-pine", "pine", 4.5),
    ("on-pine", "pine-deep", 4.5),
    ("on-brick", "brick", 4.5),
    ("on-brick", "brick-deep", 4.5),
    *[("edge", ground, 3) for ground in ("paper", "surface")],
    *[("focus", ground, 3) for ground in GROUNDS],
]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("one", "two", "least"), PAIRS)
def test_colours_can_be_told_apart(theme, one, two, least):
    assert contrast(theme[one], theme[two]) >= least


@pytest.mark.parametrize("part", [part for part in STYLE if part != "tokens"])
def test_only_the_tokens_name_colours(part):
    sheet = (STATIC / "style" / f"{part}.css").read_text().split("@media print")[0]

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(|url\(", sheet) == []


# Letters, and the copy of one's data that one takes along: they are read elsewhere, without our sheet.
ELSEWHERE = {
    TEMPLATES / "macros" / "mail.html",
    TEMPLATES / "privacy" / "copy.html",
    *(TEMPLATES / "mail").rglob("*.html"),
}
PAGES = sorted({*TEMPLATES.rglob("*.html")} - ELSEWHERE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_pages_hold_no_style_and_no_script_of_their_own(page):
    """The content security policy would refuse them."""
    text = page.read_text()

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert text.count("<script") == len(
        re.findall(r'<script nonce="\{\{ csp_nonce \}\}" src="[^"]+" defer></script>', text)
    )
