"""The one file that knows every room: `create_app()`, and the table of who answers which event."""

import sys
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask
from flask.templating import Environment
from werkzeug.middleware.proxy_fix import ProxyFix

from supportgroup import config, events, logs, secrets
from supportgroup.accounts import (
    access,
    address_views,
    breached,
    code_views,
    looks,
    mail_views,
    passkey_views,
    password_views,
    proof_views,
    wishes,
)
from supportgroup.accounts import queries as accounts_queries
from supportgroup.accounts import service as accounts_service
from supportgroup.accounts import views as accounts
from supportgroup.assets import install_assets
from supportgroup.board import (
    act_views,
    asking_views,
    ending,
    listen_views,
    names,
    offer_views,
    offers,
    spoken_views,
    telling_views,
    turns,
)
from supportgroup.board import views as board
from supportgroup.board.service import AskHeld
from supportgroup.config import Settings
from supportgroup.db import db
from supportgroup.fields import csrf
from supportgroup.front import choosing, dev, directory, group_pages, health, kit, offline
from supportgroup.front import views as front
from supportgroup.groups import (
    break_views,
    breaks,
    joining,
    manage_views,
    removing,
    resource_views,
    rest_views,
)
from supportgroup.groups import queries as groups_queries
from supportgroup.groups import service as groups_service
from supportgroup.groups import views as groups
from supportgroup.groups.resting import GroupWoke
from supportgroup.groups.service import MembershipEnded
from supportgroup.languages import install_languages
from supportgroup.load import buddies, buddy_views
from supportgroup.load import views as load
from supportgroup.mail import views as mail
from supportgroup.mail.compose import Sender
from supportgroup.mail.delivery import AddressRefused
from supportgroup.mail.epoch import Restored
from supportgroup.mail.kinds import Recipients, Scopes
from supportgroup.mail.signing import Signer
from supportgroup.mail.transport import Relay
from supportgroup.meetings import (
    answering,
    answers,
    at_meeting_views,
    attending,
    calendar_views,
    editing,
    hosting_views,
    reminders,
    resting,
    rota,
    swap_views,
)
from supportgroup.meetings import views as meetings
from supportgroup.moderation import duty_views, operator_mail, operator_views, queue_views, report_views
from supportgroup.moderation import service as moderation_service
from supportgroup.moderation import views as moderation
from supportgroup.pages import install_pages
from supportgroup.privacy import erasing
from supportgroup.privacy import queries as privacy_queries
from supportgroup.privacy import views as privacy
from supportgroup.reflections import views as reflections
from supportgroup.reflections.queries import SaidYes
from supportgroup.safety import avoid_views, crisis
from supportgroup.safety import views as safety
from supportgroup.safety.service import Blocked
from supportgroup.squeeze import install_squeeze
from supportgroup.ticks import TICKS

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates" if (HERE / "templates").is_dir() else HERE.parent / "templates"
# Every file of pages. Those of one room share its blueprint.
PAGES = (
    front,
    choosing,
    directory,
    offline,
    health,
    accounts,
    password_views,
    proof_views,
    code_views,
    passkey_views,
    address_views,
    mail_views,
    looks,
    groups,
    manage_views,
    resource_views,
    rest_views,
    break_views,
    group_pages,
    meetings,
    editing,
    answering,
    attending,
    calendar_views,
    hosting_views,
    swap_views,
    at_meeting_views,
    board,
    asking_views,
    act_views,
    offer_views,
    listen_views,
    telling_views,
    spoken_views,
    reflections,
    load,
    buddy_views,
    safety,
    avoid_views,
    moderation,
    report_views,
    queue_views,
    operator_views,
    operator_mail,
    duty_views,
    privacy,
    mail,
)
DEVELOPMENT = (dev, kit)  # pages to look at while building
BODY, FIELDS, PARTS = 256 * 1024, 64 * 1024, 100
PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]

log = structlog.get_logger()


def answer_events() -> None:
    """Who answers which event. Rooms below tell, rooms above answer, in the same transaction."""
    events.answer(Restored, erasing.erase_again)
    events.answer(AddressRefused, lambda event: accounts_service.note_refused_address(event.account_id))
    events.answer(accounts_service.LinkUsed, joining.complete_joining)
    events.answer(wishes.OthersAsksWished, groups_service.hear_of_asks)
    events.answer(wishes.RemindersWished, reminders.replan)
    events.answer(MembershipEnded, answers.let_go)
    events.answer(GroupWoke, resting.go_on)
    events.answer(MembershipEnded, moderation_service.note_removed)
    events.answer(MembershipEnded, ending.let_go)
    events.answer(MembershipEnded, offers.end_offers)
    events.answer(MembershipEnded, buddies.end_for)
    events.answer(Blocked, ending.part)
    events.answer(Blocked, offers.part)
    events.answer(Blocked, buddies.part)
    events.answer(rota.CoverWanted, turns.want)
    events.answer(rota.CoverSettled, turns.settled)
    events.answer(rota.HostedMeetingMoved, turns.follow)
    events.answer(AskHeld, moderation_service.note_held)


class Templates(Environment):
    """Templates whose globals are one plain mapping: each page, each import and each letter looks all of them up."""

    def make_globals(self, d: Mapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Supportgroup(Flask):
    """Flask, whose log names no address of a page: an address can be a link, and says who was where."""

    jinja_environment = Templates

    def log_exception(self, exc_info: Any) -> None:
        """What broke while the page that says so was made."""
        log.error("page-broken", error=exc_info[0].__name__)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """What breaks outside of all that would answer for it goes no further: a web server logs addresses."""
        try:
            return super().__call__(environ, start_response)
        except Exception as error:
            log.error("answer-broken", error=type(error).__name__)
            start_response("500 Internal Server Error", PLAIN, sys.exc_info())
            return [b"Something broke on our side. Try again in a minute.\n"]


def create_app(settings: Settings | None = None, *, statement_seconds: int | None = None) -> Flask:
    """The web application, ready to serve. Raises config.BadSetting where a setting is missing or wrong.

    PostgreSQL gives up a statement after `statement_seconds`, if they are given: pages do, by the Procfile; workers and
    commands, which may have much to do at once, wait.
    """
    settings = settings or config.from_environment()
    logs.configure(settings.log_level, json=not settings.development)
    check_crisis_file(settings)
    secrets.install(settings.secret_keys, settings.data_keys)
    app = Supportgroup("supportgroup", template_folder=str(TEMPLATES), static_folder=None)
    app.config.from_mapping(flask_settings(settings, statement_seconds))
    app.config["SETTINGS"] = settings
    settings.var.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    csrf.init_app(app)
    access.install(app)
    looks.install(app)
    breached.install(settings.var / breached.FILE)
    install_languages(app, settings.var / "translations")
    install_squeeze(app)
    install_pages(app)
    install_mail(app, settings)
    install_assets(app, settings.var / "assets")
    for blueprint in dict.fromkeys(pages.bp for pages in PAGES):
        app.register_blueprint(blueprint)
    if settings.development:
        for blueprint in dict.fromkeys(pages.bp for pages in DEVELOPMENT):
            app.register_blueprint(blueprint)
    answer_events()
    app.jinja_env.globals.update(
        service_name=settings.service_name,
        operator_contact=settings.operator_contact,
        min_age=settings.min_age,
        removal_of=removing.removal_of,
        is_quiet=groups_queries.is_quiet,
        facilitators_back_at=groups_queries.back_at,
        may_be_second=breaks.may_answer,
        is_looked_after=lambda group: bool(groups_queries.facilitators(group.id)),
        erasure_of=privacy_queries.erasure,
        development=settings.development,
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    log.debug("app-made", environment=settings.environment)
    return app


def check_crisis_file(settings: Settings) -> None:
    """Whoever needs help finds it, or the service does not start. Raises config.BadSetting."""
    try:
        crisis.facts(settings.crisis_file)
    except crisis.BadCrisisFile as reason:
        raise config.BadSetting(f"CRISIS_FILE: {reason}") from None


def flask_settings(settings: Settings, statement_seconds: int | None) -> dict[str, object]:
    """What Flask and its extensions are told."""
    host = urlsplit(settings.base_url).hostname or ""
    return {
        "SECRET_KEY": settings.secret_keys[0],
        "SECRET_KEY_FALLBACKS": list(settings.secret_keys[1:]),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url, statement_seconds),
        "TRUSTED_HOSTS": [host, "localhost", "127.0.0.1", "::1"],
        "SESSION_COOKIE_NAME": "__Host-form" if settings.https else "form",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": BODY,
        "MAX_FORM_MEMORY_SIZE": FIELDS,
        "MAX_FORM_PARTS": PARTS,
        "WTF_CSRF_TIME_LIMIT": None,  # a page may stay open all day; the token is bound to the browser
        "WTF_CSRF_SECRET_KEY": list(reversed(settings.secret_keys)),  # the last signs, all verify
        "WTF_CSRF_SSL_STRICT": False,  # there is no Referer to compare: our pages send none
        "JSON_SORT_KEYS": False,
    }


def engine_options(url: str, statement_seconds: int | None) -> dict[str, object]:
    """Connections enough for the threads of one web process, checked before use."""
    options: dict[str, object] = {"hide_parameters": True}  # an error does not say what was to be written
    if url.startswith("sqlite"):
        return options
    if statement_seconds is not None:
        options["connect_args"] = {"options": f"-c statement_timeout={statement_seconds * 1000}"}
    return options | {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True, "pool_recycle": 1800}


def install_mail(app: Flask, settings: Settings) -> None:
    """The relay this process keeps a connection to, who letters come from, and how recipients are found."""
    sender = Sender(
        address=settings.mail_from,
        domain=settings.mail_domain,
        base_url=settings.base_url,
        service_name=settings.service_name,
        signer=signer_of(settings),
    )
    relay = Relay(settings.smtp_url or "smtp://127.0.0.1:1025")
    app.extensions["mail"] = (relay, sender)
    app.extensions["ticks"] = TICKS  # with them every kind of letter is known wherever there is an app
    Recipients.find = accounts_queries.recipients
    Scopes.of = groups_queries.scopes
    Scopes.resting = groups_queries.resting
    SaidYes.names = names.who_said_yes


def signer_of(settings: Settings) -> Signer | None:
    """Who signs our letters, if we do: for the domain that they come from."""
    if settings.dkim_key is None:
        return None
    return Signer(settings.dkim_key, settings.dkim_selector, settings.mail_from.domain)
