"""Nobody finds out whether an address is known here: not by the page, and not by how long it takes (T1)."""

import math
import random
import re
import statistics
import time
from datetime import timedelta

import pytest

from supportgroup.accounts import passwords, views
from supportgroup.db import transaction
from supportgroup.limits import Allowance, Patience
from tests.factories import make_account, make_group

pytestmark = pytest.mark.timeout(600)

WIDE = Allowance("wide", 10**9, timedelta(hours=1))
TIMES = {"sign-in": 200, "sign-up": 200, "join": 200, "password": 60}
ROUNDS = 3  # a machine that was busy with something else is asked again


def request_for(what, email, slug):
    """The page and the form by which somebody might try to find out."""
    more = {"name": "Dan", "zone": "Europe/Paris"}
    return {
        "sign-in": ("/sign-in", {"email": email}),
        "sign-up": ("/sign-up", {"email": email, "adult": "y", **more}),
        "join": (f"/g/{slug}/join", {"email": email, "agree": "y", "agreement_version": "1", "consent": "y", **more}),
        "password": ("/sign-in/password", {"email": email, "password": "a lamp in no window"}),
    }[what]


@pytest.fixture
def unlimited(monkeypatch):
    for name in ("LINKS_TO_ONE_ADDRESS", "LINKS_FROM_ONE_NETWORK"):
        monkeypatch.setattr(views, name, WIDE)
    monkeypatch.setattr(passwords, "WRONG_FROM_NETWORK", WIDE)
    monkeypatch.setattr(passwords, "TRIES", Patience("wide", free=10**9, most=10**9))


@pytest.fixture
def slug(committed_app, unlimited):
    hashed = passwords.hashed("a lamp in every window")
    with transaction():
        group = make_group()
        for number in range(max(TIMES.values())):
            account = make_account("Known", email=f"known{number}@example.org")
            if number < TIMES["password"]:
                passwords.set_password(account, hash=hashed, is_short=False)
    return group.slug


@pytest.mark.parametrize("what", TIMES)
def test_known_and_unknown_take_as_long_and_look_the_same(committed_app, slug, what):
    browser, measured = committed_app.test_client(), None
    for attempt in range(ROUNDS):
        pages, took = measure(browser, what, slug, attempt)
        assert len(pages) == 1
        measured = compare(took["known"], took["unknown"])
        if measured[0] < 0.05 and measured[1] > 0.01:
            return
    pytest.fail(f"medians {measured[0]:.1%} apart, p {measured[1]:.3f}")


def measure(browser, what, slug, attempt):
    """What was answered, without what is new each time, and how long it took, in seconds."""
    browser.get(request_for(what, "", slug)[0])  # so that each answer is to a browser that has been here
    pages, took = set(), {"known": [], "unknown": []}
    for number in range(TIMES[what]):
        for who in random.sample(["known", "unknown"], 2):
            email = f"{who}{'' if who == 'known' else attempt}{number}@example.org"
            path, data = request_for(what, email, slug)
            began = time.perf_counter()
            answer = browser.post(path, data=data)
            took[who].append(time.perf_counter() - began)
            page = re.sub(r'(nonce|value)="[^"]*"', "", answer.text)
            pages.add((answer.status_code, page, frozenset(answer.headers.keys())))
    return pages, took


def compare(some, others):
    """How far the medians are apart, and the p of Kolmogorov and Smirnov that both are of one distribution."""
    apart = abs(statistics.median(some) / statistics.median(others) - 1)
    ordered = sorted([(value, 1 / len(some)) for value in some] + [(value, -1 / len(others)) for value in others])
    gap = total = 0.0
    for _, step in ordered:
        total += step
        gap = max(gap, abs(total))
    scaled = gap * math.sqrt(len(some) * len(others) / (len(some) + len(others)))
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * scaled * scaled) for k in range(1, 100))
    return apart, min(1.0, max(0.0, p)) if scaled > 0.2 else 1.0
