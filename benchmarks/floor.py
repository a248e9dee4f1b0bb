"""The least a signed-in page can cost with the same tools: one look-up of the cookie, and bytes that are ready.

`gunicorn 'benchmarks.floor:make()'` with FLOOR_DATABASE and FLOOR_BYTES set.
"""

import os

from flask import Flask, Response, request
from sqlalchemy import create_engine, text


def make() -> Flask:
    app = Flask("floor")
    engine = create_engine(os.environ["FLOOR_DATABASE"], pool_size=10)
    body = b"x" * int(os.environ["FLOOR_BYTES"])
    find = text("SELECT account_id FROM sessions WHERE reference_hash = :reference")

    @app.get("/")
    def page() -> Response:
        with engine.connect() as connection:
            connection.execute(find, {"reference": request.cookies.get("sid", "").encode()}).first()
        return Response(body, content_type="text/html; charset=utf-8")

    return app
