"""Whether the time an answer takes tells if an address is known here (T1): known and unknown ones, in turns.

The medians are to lie less than a twentieth apart, and p, by Kolmogorov and Smirnov, above a hundredth: then nobody
who measures two hundred answers of each learns anything. On a busy machine both can miss by chance; run it again.
"""

import math
import random
import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from supportgroup import schema
from supportgroup.accounts import passwords, views
from supportgroup.app import create_app
from supportgroup.config import load
from supportgroup.db import db, transaction
from supportgroup.limits import Allowance, Patience
from tests.factories import make_account, make_group

WIDE = Allowance("wide", 10**9, timedelta(hours=1))
TIMES = {"sign-in": 200, "sign-up": 200, "join": 200, "password": 200}


def run(database_url: str, var: Path) -> list[dict[str, Any]]:
    """A row for each page that takes an address: the medians in milliseconds, how far they are apart, and p."""
    app = create_app(
        load({"DATABASE_URL": database_url, "SUPPORTGROUP_VAR": str(var), "SMTP_URL": "smtp://127.0.0.1:9"})
    )
    app.config["WTF_CSRF_ENABLED"] = False
    views.LINKS_TO_ONE_ADDRESS = views.LINKS_FROM_ONE_NETWORK = passwords.WRONG_FROM_NETWORK = WIDE
    passwords.TRIES = Patience("wide", free=10**9, most=10**9)
    with app.app_context():
        slug = build()
    found = []
    for what in TIMES:
        known, unknown = times(app, what, slug)
        apart = abs(statistics.median(known) / statistics.median(unknown) - 1)
        medians = {"known_ms": statistics.median(known) * 1000, "unknown_ms": statistics.median(unknown) * 1000}
        found.append({"asked_at": what, **medians, "apart": apart, "p": p_of(known, unknown)})
    return found


def build() -> str:
    """Accounts with a password each, and a group to join; its slug."""
    schema.upgrade(db.engine)
    hashed = passwords.hashed("a lamp in every window")
    with transaction():
        group = make_group()
        for number in range(max(TIMES.values())):
            account = make_account("Known", email=f"known{number}@example.org")
            passwords.set_password(account, hash=hashed, is_short=False)
    return str(group.slug)


def form_for(what: str, email: str, slug: str) -> tuple[str, dict[str, str]]:
    """The page and the form by which somebody might try to find out."""
    more = {"name": "Dan", "zone": "Europe/Paris"}
    return {
        "sign-in": ("/sign-in", {"email": email}),
        "sign-up": ("/sign-up", {"email": email, "adult": "y", **more}),
        "join": (f"/g/{slug}/join", {"email": email, "agree": "y", "agreement_version": "1", "consent": "y", **more}),
        "password": ("/sign-in/password", {"email": email, "password": "a lamp in no window"}),
    }[what]


def times(app: Flask, what: str, slug: str) -> tuple[list[float], list[float]]:
    """How long the answers took, in seconds: for known addresses, and for unknown ones."""
    browser = app.test_client()
    browser.get(form_for(what, "", slug)[0])
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TIMES[what]):
        for who in random.sample(["known", "unknown"], 2):
            path, data = form_for(what, f"{who}{number}@{'example.org' if who == 'known' else f'{what}.example'}", slug)
            began = time.perf_counter()
            browser.post(path, data=data)
            took[who].append(time.perf_counter() - began)
    return took["known"], took["unknown"]


def p_of(some: list[float], others: list[float]) -> float:
    """The p of Kolmogorov and Smirnov that both are of one distribution."""
    steps = sorted([(value, 1 / len(some)) for value in some] + [(value, -1 / len(others)) for value in others])
    gap = total = 0.0
    for _, step in steps:
        total += step
        gap = max(gap, abs(total))
    scaled = gap * math.sqrt(len(some) * len(others) / (len(some) + len(others)))
    if scaled < 0.2:
        return 1.0
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 100))))
