"""Ada, and the way into her account."""

import re

import pyotp
import pytest
from flask import current_app

from supportgroup import clock
from supportgroup.accounts import codes, passwords
from supportgroup.accounts.models import Account, Authenticator, LinkPurpose, Passkey
from supportgroup.accounts.service import new_link
from supportgroup.db import db, transaction
from supportgroup.mail.links import token
from tests.factories import make_account
from tests.post import deliver_due, text_of

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a lamp in every window"


@pytest.fixture
def ada(app):
    with transaction():
        account = make_account("Ada")
    return account


def link_in(message):
    """The path of the link in a letter."""
    return re.search(r"https?://[^/\s]+(/l/\S+)", text_of(message)).group(1)


def page_of(client, message):
    """The path of the page that the link in a letter leads to."""
    return client.get(link_in(message), follow_redirects=True).request.path


def is_in(client):
    """Whether somebody is signed in in this browser."""
    return client.get("/me/sessions").status_code == 200


def new_letters(postbox):
    """The letters that were due, sent now."""
    postbox.clear()
    deliver_due()
    return list(postbox)


def reload(row):
    """The row as the database has it."""
    return db.session.get_one(type(row), row.id, populate_existing=True)


def another_browser():
    return current_app.test_client()


def address_of(account):
    return db.session.get_one(Account, account.id, populate_existing=True).email


def sign_in_page_of(account):
    """The path of a page that signs in, as the command line makes them: good in any browser."""
    with transaction():
        made = new_link(account, LinkPurpose.SIGN_IN)
    return f"/sign-in/{token('sign-in', made.id)}"


def give_codes(account):
    """An app with codes, and spare ones."""
    with transaction():
        db.session.add(Authenticator(account_id=account.id, seed=SEED, last_step=0, created_at=clock.now()))
        return codes.make_spare(account, tell=False)


def give_passkey(account):
    with transaction():
        db.session.add(
            Passkey(
                account_id=account.id,
                credential_id=account.id.bytes,
                public_key=b"k",
                sign_count=0,
                device="Firefox on Linux",
                created_at=clock.now(),
            )
        )


def give_password(account, password=PASSWORD):
    fresh = passwords.hashed(password)
    with transaction():
        passwords.set_password(account, hash=fresh, is_short=False)


def code_now():
    return pyotp.TOTP(SEED).at(clock.now())
