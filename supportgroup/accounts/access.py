"""Who is at the door: the session cookie, what Flask-Login makes of it, and who has to show again who they are."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import ParamSpec
from uuid import UUID

from flask import (
    Flask,
    Request,
    Response,
    after_this_request,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy.exc import DBAPIError

from supportgroup import clock
from supportgroup.accounts import queries, service
from supportgroup.accounts.models import Account, Session
from supportgroup.accounts.passkeys import Site
from supportgroup.accounts.queries import Ways
from supportgroup.db import forget, transaction
from supportgroup.secrets import BadToken, keyed_hash, open_token, seal_token

FRESH = timedelta(minutes=15)  # how long having shown who you are counts
GRACE = timedelta(days=14)  # in which to set up a second step
KNOWN = timedelta(days=180)  # how long a browser that signed in is known

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

login = LoginManager()
login.session_protection = None  # a phone changes its address all day; the cookie's reference is what counts


def install(app: Flask) -> None:
    login.init_app(app)
    app.config["REMEMBER_COOKIE_NAME"] = "never-set"
    app.after_request(note_seen)


def site() -> Site:
    """The service as browsers know it, for passkeys."""
    settings = current_app.config["SETTINGS"]
    return Site(settings.base_url, settings.service_name)


def cookie_name(of: str = "sid") -> str:
    """`__Host-` binds the cookie to this host and to https; on loopback over http browsers would refuse it."""
    return f"__Host-{of}" if current_app.config["SESSION_COOKIE_SECURE"] else of


@login.request_loader
def load(request: Request) -> Account | None:
    """The account of the request's session cookie."""
    reference = request.cookies.get(cookie_name())
    g.sign_in_session = queries.session_of(reference) if reference else None
    return g.sign_in_session.account if g.sign_in_session else None


def sign_in_first() -> ResponseReturnValue:
    """The way to sign in, which leads back to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=wanted), 303)


login.unauthorized_handler(sign_in_first)


def this_session() -> Session | None:
    """The session of this request."""
    found: Session | None = g.sign_in_session if current_user.is_authenticated else None
    return found


def sign_in(account: Account, *, shared: bool, strongly: bool = False) -> None:
    """Start a session in this browser, in the caller's transaction. Whatever session it had is over."""
    end_mine()
    set_reference(service.start_session(account, device=device(), shared=shared, strongly=strongly), shared=shared)
    session.clear()  # a new form token: one that was planted before is worth nothing now
    if not shared:
        make_known(account)


def prove(*, strongly: bool) -> None:
    """Who sits here has shown again who they are, in the caller's transaction."""
    mine = this_session()
    if mine is not None:
        mine.proved_at, mine.proved_strongly = clock.now(), strongly
        set_reference(service.renew_session(mine), shared=mine.shared)


def start_anew() -> None:
    """After a change to how the account is signed in to, in the caller's transaction: out everywhere else."""
    mine = this_session()
    if mine is not None:
        service.end_sessions(mine.account, but=mine.id)
        set_reference(service.renew_session(mine), shared=mine.shared)


def sign_out() -> None:
    """End this browser's session, in the caller's transaction."""
    end_mine()
    session.clear()
    name, secure = cookie_name(), current_app.config["SESSION_COOKIE_SECURE"]

    @after_this_request
    def clear_cookie(response: Response) -> Response:
        response.delete_cookie(name, secure=secure, httponly=True, samesite="Lax")
        response.headers["Clear-Site-Data"] = '"cache"'  # and with it what "back" would show
        return response


def end_mine() -> None:
    mine = this_session()
    if mine is not None:
        service.end_session(mine.id, mine.account)
        g.sign_in_session = None


def set_reference(reference: str, *, shared: bool) -> None:
    set_cookie(cookie_name(), reference, None if shared else service.SESSION)


def set_cookie(name: str, content: str, lasts: timedelta | None) -> None:
    """Set a cookie that no script sees and no other site's forms send. Without a time it ends when the browser does."""

    @after_this_request
    def set_on(response: Response) -> Response:
        response.set_cookie(
            name,
            content,
            max_age=None if lasts is None else int(lasts.total_seconds()),
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def make_known(account: Account) -> None:
    """Know this browser again: whoever guesses at a password elsewhere does not keep its owner waiting here."""
    if queries.password(account.id) is not None:
        set_cookie(cookie_name("known"), seal_token("known", account.id.bytes + secrets.token_bytes(16)), KNOWN)


def known_as(account_id: UUID | None) -> str | None:
    """What this browser is known by, if this account has signed in with it before."""
    try:
        content = open_token("known", request.cookies.get(cookie_name("known"), ""))
    except BadToken:
        return None
    return content[16:].hex() if account_id is not None and content[:16] == account_id.bytes else None


def note_seen(response: Response) -> Response:
    """Keep a session that is used alive: noted once a day, so that nobody's hours can be read from it."""
    mine = g.get("sign_in_session")
    if mine is not None and response.status_code < 400 and clock.now() - mine.seen_at >= service.grain(mine):
        forget()  # the page is made; what it left undone stays undone
        with suppress(DBAPIError), transaction():  # a disk that is full keeps nobody from reading
            service.note_seen(mine)
    return response


def proof_required(view: View[P]) -> View[P]:
    """Only for who has shown within the last 15 minutes who they are; others are asked, and come back.

    By the strongest they have: who has a passkey, or codes from an app, is asked for one of these.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return away(powers=False) or view(*args, **kwargs)

    return guarded


def second_factor_required(view: View[P]) -> View[P]:
    """The same for what only facilitators and operators can do: they need a second step, with 14 days to set it up.

    In development nobody needs one, so that nothing stands in the demo's door.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return away(powers=True) or view(*args, **kwargs)

    return guarded


def away(*, powers: bool) -> ResponseReturnValue | None:
    """Where this browser has to go first; None where it may stay."""
    if not current_user.is_authenticated:
        return sign_in_first()
    ways = queries.ways(current_user.id)
    if powers and not ways.has_second:
        if current_app.config["SETTINGS"].development:
            return None
        until = second_step_by(ways)
        if until is not None and clock.now() > until:
            return redirect(url_for("accounts.ways"), 303)
    mine = this_session()
    fresh = mine is not None and clock.now() - mine.proved_at <= FRESH
    if fresh and mine is not None and (mine.proved_strongly or not ways.has_second):
        return None
    return redirect(url_for("accounts.prove", next=page_behind()), 303)


def second_step_by(ways: Ways) -> datetime | None:
    """Until when this account has to set up a second step for what it looks after; None where it need not."""
    if ways.has_second or current_user.powers_at is None or current_app.config["SETTINGS"].development:
        return None
    until: datetime = current_user.powers_at + GRACE
    return until


def page_behind() -> str | None:
    """The page to come back to: this one, or the nearest above this address that can be looked at."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    addresses, path = current_app.create_url_adapter(request), request.path
    while path and addresses is not None and not addresses.test(path, method="GET"):
        path = path.rpartition("/")[0]
    return path or None


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
    try:
        address = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:  # a socket in the file system has no address
        return "none"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network((address, 24 if address.version == 4 else 56), strict=False))


BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac": "Mac",
    "Linux": "Linux",
}


def device() -> str:
    """A family of devices, such as "Firefox on Android": enough to tell one's own sessions apart."""
    agent = request.user_agent.string
    named = next((name for mark, name in BROWSERS.items() if mark in agent), "A browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), None)
    return f"{named} on {system}" if system else named
