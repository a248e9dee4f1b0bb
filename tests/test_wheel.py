"""What is shipped is whole: a wheel carries all that the checkout has, and finds it."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIND = """
import json
from supportgroup import app, schema, up
print(json.dumps([app.__file__, str(app.TEMPLATES), str(schema.MIGRATIONS), [name for name, _ in up.procfile()]]))
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The folder that an installed wheel would be in."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_service_is_in_the_wheel(shipped):
    for top, inside in (("supportgroup", ""), ("workers", ""), ("templates", "supportgroup")):
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (shipped / inside / path.relative_to(ROOT)).is_file(), path


def test_an_installed_wheel_finds_its_templates_migrations_and_processes(shipped, tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", FIND], cwd=tmp_path, env={"PYTHONPATH": str(shipped)}, check=True, capture_output=True
    )
    module, templates, migrations, names = json.loads(found.stdout)
    assert Path(module).is_relative_to(shipped)
    assert Path(templates) == shipped / "supportgroup/templates"
    assert (Path(migrations) / "env.py").is_file()
    assert names == ["release", "web", "worker", "beat", "deliver"]
