"""Installed, and without a network: the manifest, the service worker, and the page that says one is offline.

The worker keeps help-now and the offline page, as nobody sees them, and what they look like with. Nothing personal.
"""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from supportgroup.front.views import bp


@bp.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    return Response(render_template("front/manifest.json"), content_type="application/manifest+json")


@bp.get("/sw.js")
def worker() -> ResponseReturnValue:
    """The service worker. It names what it keeps, so a new look of ours is a new worker."""
    return Response(render_template("front/sw.js"), content_type="text/javascript; charset=utf-8")


@bp.get("/offline")
def offline() -> ResponseReturnValue:
    return render_template("front/offline.html")
