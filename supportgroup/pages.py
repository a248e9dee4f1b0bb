"""What every page has in common: its headers, its words for errors, what templates may use, the shapes of addresses."""

import secrets
from datetime import UTC, tzinfo
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from supportgroup import clock, words
from supportgroup.db import gave_up
from supportgroup.errors import Busy, Refused
from supportgroup.languages import gettext as _
from supportgroup.languages import lazy_gettext as _l

log = structlog.get_logger()

NOT_HERE = _l("This page is not here, or not for you. Your groups are on your home page.")
SENTENCES = {
    400: (_l("That did not arrive whole"), _l("Go back, look at what you typed, and send it again.")),
    403: (_l("Not from here"), _l("This page cannot do that for you.")),
    404: (_l("Not here"), NOT_HERE),
    405: (_l("Not like this"), _l("This page does not take what was sent to it.")),
    410: (_l("Over"), _l("This was here, and its time is over.")),
    413: (_l("Too long"), _l("That was more than we can take at once. Shorten it a little and send it again.")),
    415: (_l("Not like this"), _l("This page does not take what was sent to it.")),
    422: (_l("Another look"), _l("Something in there could not be read. Go back and look at what you typed.")),
    429: (_l("A short rest"), _l("That was a lot in a short time. Try again in a few minutes.")),
    500: (
        _l("Something broke on our side"),
        _l("It is not your doing, and nothing was half saved. Try again in a minute."),
    ),
    503: (_l("Away for a moment"), _l("We are not able to answer right now. Try again in a minute.")),
}
NEVER_CACHED = "no-store"
SECRETS = {"password", "code"}  # fields that no page says back
# What a browser can do that no page of ours asks for; asking for a passkey is the one thing that some do.
OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PERMISSIONS = ", ".join(
    [*(f"{name}=()" for name in OFF), "publickey-credentials-create=(self)", "publickey-credentials-get=(self)"]
)


class Slug(BaseConverter):
    """A group's address. What has another shape is not there, and is never looked up."""

    regex = "[a-z0-9][a-z0-9-]{0,79}"


def install_pages(app: Flask) -> None:
    app.url_map.converters["slug"] = Slug
    app.before_request(look)
    app.after_request(set_headers)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, crashed)
    for filter_ in (
        words.local_time,
        words.local_day,
        words.local_date,
        words.day_month,
        words.short_day,
        words.day_parts,
        words.zone_words,
    ):
        app.add_template_filter(filter_)
    app.jinja_env.globals.update(now=clock.now, when_words=words.when, short_when=words.short_when)
    app.jinja_env.globals.update(by_day=words.by_day, by_hour=words.by_hour, for_day=words.for_day)
    app.jinja_env.globals.update(listed=words.listed, weekday=words.weekday)
    app.jinja_env.globals.update(zone_of=zone_of, zone_named=clock.zone, link_to=link_to, link_end=Markup("</a>"))
    app.context_processor(context)


def look() -> None:
    """A HEAD is a GET without an answer's body, to every view: none may take it for something that acts."""
    if request.method == "HEAD":
        request.method = "GET"


def context() -> dict[str, Any]:
    """What every template can use. `me` is the place in the group whose page this is."""
    found = {"csp_nonce": nonce()}
    return {**found, "me": g.me} if "me" in g else found


def link_to(address: str) -> Markup:
    """Where a link begins inside a sentence, for `{% trans open=link_to(…), close=link_end %}`."""
    return Markup('<a href="{}">').format(address)


def zone_of(account: Any) -> tzinfo:
    """The zone in which this reader sees times; UTC for who is not signed in."""
    return clock.zone(account.zone) if account.is_authenticated else UTC


def nonce() -> str:
    """What the scripts of this answer are known by, and no others."""
    if "nonce" not in g:
        g.nonce = secrets.token_hex(16)
    return str(g.nonce)


def set_headers(response: Response) -> Response:
    """Security headers for every answer of the app (OWASP ASVS 5, chapter 3.4)."""
    policy = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce()}' 'strict-dynamic'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "frame-src": g.get("frame_src", "'none'"),
        "form-action": "'self'",
        "base-uri": "'none'",
        "object-src": "'none'",
        "frame-ancestors": g.get("frame_ancestors", "'none'"),
        "require-trusted-types-for": "'script'",
        "trusted-types": "supportgroup",
    }
    headers = response.headers
    headers.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    if "frame_ancestors" not in g:
        headers["X-Frame-Options"] = "DENY"  # for what does not know the policy
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = PERMISSIONS
    headers.setdefault("Cache-Control", NEVER_CACHED)
    if request.path != "/":
        headers["X-Robots-Tag"] = "noindex"
    if current_app.config["SESSION_COOKIE_SECURE"]:  # by BASE_URL, whatever the proxy says of this request
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return response


def as_nobody() -> None:
    """The rest of this request is anonymous: with the database away nobody is known, and pages open all the same."""
    g._login_user = AnonymousUserMixin()


def page(status: int, heading: str, sentence: str, **more: Any) -> ResponseReturnValue:
    g.pop("me", None)  # an error looks the same to everyone
    if status >= 500:
        as_nobody()
    return render_template("errors/error.html", status=status, heading=heading, sentence=sentence, **more), status


def refused(refusal: Refused) -> ResponseReturnValue:
    """A rule said no where there is no form to say it on."""
    return page(409, _("Not this time"), str(refusal))


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    return page(400, _("This page was open for a long time"), _("Go back, open it again, and send it once more."))


def http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error.get_response()
    heading, sentence = SENTENCES.get(code, SENTENCES[500 if code >= 500 else 400])
    response = make_response(page(code, heading, sentence))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def typed() -> list[tuple[str, str]]:
    """What a form of ours held, to be sent once more; nothing where one of its fields is a secret."""
    if not g.get("csrf_valid") or SECRETS & request.form.keys():
        return []
    return list(request.form.items(multi=True))


def crashed(error: Exception) -> ResponseReturnValue:
    """Our own fault, or the database is away. Logged by class and route only: words and values could be somebody's."""
    if isinstance(error, HTTPException):
        return http_error(error)
    status = 503 if isinstance(error, Busy) or gave_up(error) else 500
    said = {"method": request.method, "error": type(error).__name__, "status": status}
    route = request.url_rule.rule if request.url_rule else None
    log.error("page-broken", route=route, **said, exc_info=current_app.debug)
    response = make_response(page(status, *SENTENCES[status], typed=typed() if status == 503 else []))
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response
