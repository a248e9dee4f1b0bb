"""What the papers say is tested, is: every test that they name is there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAPERS = sorted(TESTS.parent.glob("docs/*.md"))
NAMED = re.compile(r"`(?:tests/)?((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+|\d+\.\*) \| .* \| (kept|written|partly|open|n/a) \| (.*) \|$", re.M)
LINES, CHAPTERS = 253, {"10.*": 29, "17.*": 7}  # of levels 1 and 2, and of the chapters that stand in one row
SHOWN = re.compile(r"test_\w+|`make \w+|`browser/`|`faults/`|as [\d.]+$")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_test_that_a_paper_names_is_there(paper):
    missing = []
    for file, name in NAMED.findall(paper.read_text()):
        there = [path for path in TESTS.rglob(Path(file).name) if path.as_posix().endswith(f"/{file}")]
        if not any(f"def {name}" in path.read_text() for path in there):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_the_standard_is_there_line_by_line_and_what_is_kept_is_shown():
    paper = (TESTS.parent / "docs/asvs.md").read_text()
    rows = ROW.findall(paper)
    states = [state for _line, state, _where in rows]
    kept, written, partly, left_open, none = (
        states.count(state) for state in ("kept", "written", "partly", "open", "n/a")
    )
    assert f"{kept} kept, {written} written, {partly} partly, {left_open} open, {none} not applicable" in paper
    assert sum(CHAPTERS.get(line, 1) for line, _state, _where in rows) == LINES
    assert [line for line, state, where in rows if state == "kept" and not SHOWN.search(where)] == []
