"""Is it alive, is it ready: for whoever watches over the service."""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from supportgroup import clock
from supportgroup.db import db
from supportgroup.mail import queries as mail

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return Response("alive\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """503 with the reason when the database does not answer or nobody looks after the letters."""
    reason = trouble()
    return Response(f"{reason or 'ready'}\n", status=503 if reason else 200, content_type="text/plain; charset=utf-8")


def trouble() -> str | None:
    try:
        db.session.execute(text("SELECT 1"))
        age = mail.looked_after_seconds_ago(clock.now())
    except SQLAlchemyError:
        return "database: does not answer"
    if age is None or age > mail.SILENT.total_seconds():
        return "ticks: letters have not been looked after for two minutes"
    return None


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """How many letters wait, and for how long; for who sends METRICS_TOKEN as a bearer token, and not there without."""
    token = current_app.config["SETTINGS"].metrics_token
    if not token or not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {token}"):
        abort(404)
    registry = CollectorRegistry()
    counts = mail.queue(clock.now())
    for name in ("owed", "due", "overdue", "held", "undeliverable", "quarantined", "distrusted"):
        Gauge(f"supportgroup_letters_{name}", f"Letters that are {name}", registry=registry).set(getattr(counts, name))
    age = Gauge("supportgroup_letters_oldest_due_seconds", "How long the oldest due letter waits", registry=registry)
    age.set(counts.oldest_due_seconds)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
