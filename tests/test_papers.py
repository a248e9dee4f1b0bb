"""What the papers say is tested, is: every test that they name is there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAPERS = sorted(TESTS.parent.glob("docs/*.md"))
NAMED = re.compile(r"`(?:tests/)?((?:\w+/)*test_\w+\.py)(?:::(test_\w+))?")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+|\d+\.\*) \| .* \| (kept|partly|open|n/a) \| ", re.M)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.stem)
def test_every_test_that_a_paper_names_is_there(paper):
    missing = []
    for file, name in NAMED.findall(paper.read_text()):
        there = [path for path in TESTS.rglob(Path(file).name) if path.as_posix().endswith(f"/{file}")]
        if not any(f"def {name}" in path.read_text() for path in there):
            missing.append(f"{file}::{name}")
    assert missing == []


def test_the_standard_is_counted_right():
    paper = (TESTS.parent / "docs/asvs.md").read_text()
    states = [state for _line, state in ROW.findall(paper)]
    kept, partly, left_open, none = (states.count(state) for state in ("kept", "partly", "open", "n/a"))
    assert f"{kept} kept, {partly} partly, {left_open} open, {none} not applicable" in paper
