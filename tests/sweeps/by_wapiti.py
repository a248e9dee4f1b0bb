"""`make scan-pages`: wapiti over the pages, as three people, each over a service of its own with a world in it.

What the service answered is counted; what wapiti found stands beneath. It lives in an environment of its own (WAPITI
says where its command is) and ends by itself, in under eight minutes a person. `docs/security-runs.md` has the figures.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import click

from supportgroup.db import db
from tests.browser.conftest import serving, whole_app
from tests.sweeps.conftest import Counting, in_words
from tests.sweeps.world import make_world

WAPITI = os.environ.get("WAPITI", "var/wapiti/bin/wapiti")
PEOPLE = ("nobody", "member", "facilitator")
MODULES = (
    "backup,cookieflags,crlf,csp,exec,file,htaccess,http_headers,information_disclosure,methods,permanentxss,redirect,"
    "sql,upload,xss"
)
CRAWL, MODULE = 120, 20  # seconds
COOKIE = {"expires": None, "secure": False, "port": None, "version": 0}
# What would end the run: its session, its account, its place in the group, another's place.
NOT = ("/sign-out*", "/me/sessions*", "/me/data/erase*", "/me/email*", "*/leave", "*/step-down", "*/remove*", "/dev/*")


def main() -> None:
    for person in PEOPLE:
        with tempfile.TemporaryDirectory() as folder:
            run(person, Path(folder))


def run(person: str, folder: Path) -> None:
    """One person's run, and a few lines about it."""
    app = whole_app(folder)
    with app.app_context():
        world = make_world()
        db.session.remove()
    browser = world.browser(app, person)
    browser.get("/")  # which gives it the cookie that forms are bound to
    app.wsgi_app = counting = Counting(app.wsgi_app)  # type: ignore[method-assign]
    with serving(app) as url:
        group = f"{url}/g/{world.here.group.slug}"
        starts = (
            [f"{group}/meetings", f"{group}/board", group, f"{url}/home", f"{url}/me"] if person != "nobody" else []
        )
        cookies = {one.key: {"value": one.value, **COOKIE} for one in browser._cookies.values()}
        (folder / "cookies.json").write_text(json.dumps({"127.0.0.1": {"/": cookies}}))
        options = [f"--start={start}" for start in starts] + [f"--exclude={url}{path}" for path in NOT]
        options += [f"--module={MODULES}", f"--max-scan-time={CRAWL}", f"--max-attack-time={MODULE}"]
        options += [
            "--scope=domain",
            "--depth=6",
            "--skip=csrf_token",
            "--tasks=8",
            "--flush-session",
            "--no-bugreport",
            f"--store-session={folder}",
        ]
        options += ["--format=json", f"--output={folder / 'found.json'}", f"--cookie={folder / 'cookies.json'}"]
        with (folder / "said").open("w") as said:
            subprocess.run([WAPITI, f"--url={url}/", *options], check=False, stdout=said, stderr=said)
    click.echo(f"{person}: {in_words(counting.answered)}")
    tell(folder)


def tell(folder: Path) -> None:
    """How many pages were found and what was found on them; what wapiti said where it broke off."""
    if not (folder / "found.json").exists():
        click.echo((folder / "said").read_text()[-3000:])
        return
    found = json.loads((folder / "found.json").read_text())
    click.echo(f"  {found['infos'].get('crawled_pages_nbr')} pages")
    for kind in ("vulnerabilities", "anomalies"):
        for what, cases in found[kind].items():
            for case in cases:
                click.echo(f"  {what}: {case['method']} {case['path']} {case['parameter']}: {case['info']}")


if __name__ == "__main__":
    main()
