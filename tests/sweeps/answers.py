"""What every answer carries, and what no page may hold: what keeps browsers from being turned against their people."""

import re

from bs4 import BeautifulSoup

WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "frame-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "supportgroup",
}


def policy_of(answer):
    """The directives of the policy, without the scripts, and the nonce that scripts need."""
    said = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    nonce = re.fullmatch(r"'nonce-([\w-]{22,})' 'strict-dynamic'", said.pop("script-src")).group(1)
    return said, nonce


def faults(answer, *, framed=False, whole=True):
    """What is wrong with the headers and, where it is looked at whole, with the page.

    Framed: /dev/mail, which shows letters and is not in production.
    """
    sent, wanted = answer.headers, dict(WANTED)
    if answer.mimetype == "text/calendar" and "ETag" in sent:  # a feed, kept by who subscribes, asked for anew
        wanted["Cache-Control"] = "private, no-cache"
    found = [f"{name} is {sent.get(name)!r}" for name, value in wanted.items() if sent.get(name) != value]
    if framed:
        return found
    said, nonce = policy_of(answer)
    if said != POLICY:
        found.append(f"policy {said}")
    if not answer.headers.get("Permissions-Policy", "").startswith("accelerometer=(), "):
        found.append("Permissions-Policy")
    if whole and answer.mimetype == "text/html":
        found += page_faults(BeautifulSoup(answer.text, "html.parser"), nonce)
    return found


def page_faults(page, nonce):
    """What a page must not hold: scripts without the nonce, inline handlers and styles, anything from elsewhere."""
    for script in page("script"):
        if script.get("nonce") != nonce or script.string:
            yield f"script {script}"
    for element in page(True):
        for name, value in element.attrs.items():
            if name.startswith("on") or name == "style" or name == "srcdoc":
                yield f"{element.name} {name}"
            leads = name in ("src", "href", "action", "formaction", "poster", "data") and is_elsewhere(str(value))
            out = element.name == "a" and "noreferrer" in element.get("rel", []) and str(value).startswith("https://")
            if leads and not out:
                yield f"{element.name} {name}={value}"
    if page("style") or page("base") or page("iframe") or page("object") or page("embed"):
        yield "inline style, base or frame"


def is_elsewhere(address):
    return re.match(r"(?i)\s*(https?:|//|javascript:|vbscript:|data:text)", address) is not None
