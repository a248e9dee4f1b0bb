"""Style, script and icon under names that change with their content, so that browsers may keep them for ever."""

import re
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

STATIC = Path(__file__).with_name("static")
# The parts of the one style sheet, in their order: what stands later may overrule what stands before.
STYLE = ("tokens", "ground", "layout", "words", "buttons", "forms", "pieces", "pictures", "forced")
PREFIX = "/static/"
HASHED = re.compile(r"\.[0-9a-f]{16}\.\w+$")


def install_assets(app: Flask, folder: Path) -> None:
    """Publish our static files in `folder`, serve them ahead of the app, and let templates say `asset("favicon.svg")`.

    A name that is not a file of ours raises KeyError in the template that asks for it.
    """
    urls = {name: PREFIX + publish(name, content, folder) for name, content in contents().items()}
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(folder),
        prefix=PREFIX,
        allow_all_origins=False,
        immutable_file_test=HASHED.pattern,
        add_headers_function=add_headers,
    )
    app.jinja_env.globals["asset"] = urls.__getitem__


def contents() -> dict[str, bytes]:
    """What is published, by the name that templates use."""
    files = {source.name: source.read_bytes() for source in sorted(STATIC.iterdir()) if source.is_file()}
    style = b"\n".join((STATIC / "style" / f"{part}.css").read_bytes() for part in STYLE)
    return {**files, "supportgroup.css": style}


def publish(name: str, content: bytes, folder: Path) -> str:
    """Put `content` into `folder` under a hashed name, .br and .gz beside it, and give back that name.

    Several processes may do so at once: each file appears whole, and the plain one last, so whoever finds it finds its
    compressed ones as well.
    """
    stem, dot, suffix = name.rpartition(".")
    hashed = f"{stem}.{sha256(content).hexdigest()[:16]}{dot}{suffix}"
    if (folder / hashed).exists():
        return hashed
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the folder, not in it: another process may be listing it. Same disk, so that replacing is one step.
    with TemporaryDirectory(dir=folder.parent, prefix="assets-") as workshop:
        made = Path(workshop) / hashed
        made.write_bytes(content)
        for path in [*map(Path, Compressor(quiet=True).compress(str(made))), made]:
            path.replace(folder / path.name)
    return hashed


def add_headers(headers: Headers, path: str, url: str) -> None:
    """What pages get by the app's own hook, for the files that never reach it."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
