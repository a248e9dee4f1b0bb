"""Pages travel compressed, where that tells nobody anything.

A page holds a form's token and the words of others beside words that somebody else may have chosen; squeezed together,
their length can tell who listens on the line what was next to what (BREACH). Three things keep that from working:

- Only what our own pages, or the reader's own hand, asked for is compressed. The browser says so (Fetch Metadata), and
  no other site can say it. So nobody can make a reader's browser ask again and again with guesses of theirs.
- Every answer gets a length by chance: up to PADDING bytes in the name field of gzip's header, which nobody reads.
- A form is refused when the browser says that another site sent it (`fields.Guard`), whoever knows its token.
"""

import gzip
import io
import secrets

from flask import Flask, Response, request

LEAST = 1_400  # bytes; less fits into one packet anyway
PADDING = 256  # bytes, at most
OURS = ("same-origin", "none")  # from our pages; from the address bar, a bookmark, a new tab
SQUEEZED = "text/html"
LEVEL = 6


def install_squeeze(app: Flask) -> None:
    """Compress the answers of this app. Installed before what else looks at answers, so that it is the last to."""
    app.after_request(squeeze)


def squeeze(response: Response) -> Response:
    if response.mimetype != SQUEEZED or response.is_streamed or response.content_encoding:
        return response
    response.vary.update(("Accept-Encoding", "Sec-Fetch-Site"))
    if request.headers.get("Sec-Fetch-Site") not in OURS or not request.accept_encodings["gzip"]:
        return response
    whole = response.get_data()
    if len(whole) >= LEAST:
        response.set_data(squeezed(whole))
        response.content_encoding = "gzip"
    return response


def squeezed(whole: bytes) -> bytes:
    """`whole` as gzip, of a length that is by chance up to PADDING bytes more than it takes."""
    made = io.BytesIO()
    name = "-" * (1 + secrets.randbelow(PADDING))
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=made, mtime=0) as file:
        file.write(whole)
    return made.getvalue()
