"""Who is at the door: the session cookie, and what Flask-Login makes of it."""

import secrets

from flask import Flask, Request, Response, after_this_request, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager

from supportgroup import clock
from supportgroup.accounts import queries, service
from supportgroup.accounts.models import Account, Session
from supportgroup.db import transaction
from supportgroup.secrets import keyed_hash

login = LoginManager()
login.session_protection = None  # a phone changes its address all day; the cookie's reference is what counts


def install(app: Flask) -> None:
    login.init_app(app)
    app.config["REMEMBER_COOKIE_NAME"] = "never-set"


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https; on loopback over http browsers would refuse it."""
    return "__Host-sid" if current_app.config["SESSION_COOKIE_SECURE"] else "sid"


@login.request_loader
def load(request: Request) -> Account | None:
    """The account of the request's session cookie."""
    reference = request.cookies.get(cookie_name())
    g.sign_in_session = queries.session_of(reference) if reference else None
    return g.sign_in_session.account if g.sign_in_session else None


@login.unauthorized_handler
def to_sign_in() -> ResponseReturnValue:
    """The way to sign in, which leads back to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


def this_session() -> Session | None:
    """The session of this request."""
    found: Session | None = g.get("sign_in_session")
    return found


def sign_in(account: Account, *, shared: bool) -> None:
    """Start a session in this browser, in the caller's transaction. Whatever session it had is over."""
    sign_out()
    reference = service.start_session(account, device=device(), shared=shared)
    session.clear()  # a new form token: one that was planted before is worth nothing now

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            cookie_name(),
            reference,
            max_age=None if shared else int(service.SESSION.total_seconds()),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def sign_out() -> None:
    """End this browser's session, in the caller's transaction."""
    mine = this_session()
    if mine is not None:
        service.end_session(mine.id, mine.account)
        g.sign_in_session = None
    session.clear()

    @after_this_request
    def clear_cookie(response: Response) -> Response:
        if f"{cookie_name()}=" not in str(response.headers.getlist("Set-Cookie")):
            response.delete_cookie(cookie_name(), secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True)
        return response


def note_seen() -> None:
    """Keep a session that is used alive: noted once a day, so that nobody's hours can be read from it."""
    mine = this_session()
    if mine is not None and clock.now() - mine.seen_at >= service.grain(mine):
        with transaction():
            service.note_seen(mine)


def browser() -> str:
    """A hash that stands for this browser, so that a link opened in another one can be told."""
    if "browser" not in session:
        session["browser"] = secrets.token_urlsafe(16)
    return keyed_hash(session["browser"])


def is_this_browser(asked_in: str | None) -> bool:
    """Whether a link was asked for in this browser; links made on the command line are good in any."""
    return asked_in is None or ("browser" in session and keyed_hash(session["browser"]) == asked_in)


def address_prefix() -> str:
    """The network this request comes from, /24 or /56: what throttles count by. Stored as a keyed hash only."""
    address = request.remote_addr or ""
    return ":".join(address.split(":")[:4])[:-2] if ":" in address else ".".join(address.split(".")[:3])


def device() -> str:
    """A family of devices, such as "Firefox on Android": enough to tell one's own sessions apart."""
    agent = request.user_agent.string
    browsers = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
    systems = {
        "Android": "Android",
        "iPhone": "iPhone",
        "iPad": "iPad",
        "Windows": "Windows",
        "Mac": "Mac",
        "Linux": "Linux",
    }
    named = next((name for mark, name in browsers.items() if mark in agent), "A browser")
    system = next((name for mark, name in systems.items() if mark in agent), None)
    return f"{named} on {system}" if system else named
