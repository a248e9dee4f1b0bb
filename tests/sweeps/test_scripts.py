"""Whatever people have written, no page and no letter runs it (T7).

The texts are put into the rows themselves, past every form: a page has to be safe whatever it finds.
"""

import json
from inspect import getattr_static
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from supportgroup import clock, keys
from supportgroup.accounts.models import Account
from supportgroup.db import db, transaction
from supportgroup.groups.models import Agreement, Group, Membership, Topic
from supportgroup.mail import compose
from supportgroup.mail.kinds import KINDS, Recipient, Says
from supportgroup.secrets import EncryptedText
from tests.databases import WHOLE
from tests.sweeps.answers import page_faults, policy_of
from tests.sweeps.test_roles import AUDIENCE, is_for_developers, rules
from tests.sweeps.world import taken_back

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.parametrize("databases", ["sqlite"], indirect=True),  # templates are the same whatever the engine
]

WRITTEN = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<IMG SRC=JaVaScRiPt:alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=//evil.example/x.swf>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<form action=//evil.example><input name=x></form>",
    "<button formaction=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<video><source onerror=alert(1)></video>",
    "<input autofocus onfocus=alert(1)>",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style=background:url(//evil.example)>x</p>",
    '" onmouseover=alert(1) x="',
    "' onmouseover=alert(1) x='",
    '" autofocus onfocus=alert(1) x="',
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "`><script>alert(1)</script>",
    "x onmouseover=alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7*7}<%= 7*7 %>#{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<<script>alert(1)//<</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<x contenteditable onblur=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<table background=javascript:alert(1)>",
    "[x](javascript:alert(1))",
    '<!--#exec cmd="id"-->',
    "<?php echo 1 ?>",
    "<script\x0csrc=//evil.example></script>",
    "<a\u2028href=javascript:alert(1)>x</a>",
]
TOGETHER = 20  # in one text

# Texts of people that stand in plain columns. Kinds of words of ours, such as zones and slugs, are not among them.
PLAIN = {
    Account: ["name"],
    Agreement: ["text"],
    Group: ["public_title", "purpose", "first_time", "area"],
    Membership: ["name", "cover_word"],
    Topic: ["word"],
}
LISTS = {"copy_sealed", "answers_sealed"}  # pairs of texts, as JSON
NOT_WRITTEN_FREELY = {"email_sealed", "video_url_sealed", "content_sealed", "hash_sealed", "seed_sealed"}


def write_everywhere(turn):
    """Every text of every row is some of these from now on."""
    at = turn
    with transaction():
        for model, columns in PLAIN.items():
            for row in db.session.scalars(select(model)).unique():
                for column in columns:
                    setattr(row, column, some(at := at + 1))
        for model, text in free_texts():
            for row in db.session.scalars(select(model)).unique():
                at += 1
                text.__set__(row, json.dumps([[some(at), some(at)]]) if text.column in LISTS else some(at))


def free_texts():
    """The sealed texts in which people say what they like; the others are choices, addresses and secrets."""
    for model, texts in keys.sealed().items():
        for text in texts:
            beside = getattr_static(model, text.name)
            if isinstance(beside, EncryptedText) and text.column not in NOT_WRITTEN_FREELY:
                yield model, text


def some(at):
    """A text of some of these, from this one on."""
    return " ".join(WRITTEN[(at + more) % len(WRITTEN)] for more in range(TOGETHER))


def test_no_page_runs_what_anybody_wrote(app, world):
    wrong, shown = [], set()
    for turn in range(0, len(WRITTEN), TOGETHER) if WHOLE else [0]:  # each row begins with another one
        with taken_back():
            write_everywhere(turn)
            for rule in rules(app):
                if "GET" in rule.methods and not is_for_developers(rule):
                    for person, answer in answers(app, world, rule):
                        wrong += [f"{rule.rule} as {person}: {fault}" for fault in faults(answer)]
                        shown |= {rule.endpoint} if "alert(1)" in answer.text else set()
    assert wrong == []
    assert len(shown) > 30


def answers(app, world, rule):
    path = world.path(app, rule)
    for person in [one for one in ("nobody", "member", "facilitator", "operator") if one in AUDIENCE[rule.endpoint]]:
        yield person, world.browser(app, person).get(path)


def faults(answer):
    """What is wrong with a page that shows what people wrote."""
    if answer.status_code >= 500:
        yield answer.status_code
    elif answer.mimetype == "text/html":
        yield from page_faults(BeautifulSoup(answer.text, "html.parser"), policy_of(answer)[1])
        if "&lt;class" in answer.text:
            yield "a template in a text was filled in"


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_letter_holds_it_as_anything_but_words(app, name, full):
    kind, sender = KINDS[name], app.extensions["mail"][1]
    for turn in range(0, len(WRITTEN), TOGETHER):
        word = " ".join(some(turn).split())
        reader = Recipient(
            id=uuid4(), email="a@example.org", name=word, zone=clock.zone("UTC"), language="en", full=full
        )
        for more in kind.samples:
            says = Says(link="/l/x", cover=word, group=word, more={**more, "title": word})
            said = compose.context(kind, reader, says, sender, f"{sender.base_url}/mail/stop/x")
            html = compose.write(name, said).html
            assert list(letter_faults(BeautifulSoup(html, "html.parser"), sender.base_url)) == []


def letter_faults(page, base_url):
    """What a letter must not hold."""
    yield from page(["script", "iframe", "object", "embed", "base", "form", "img", "svg", "input", "video", "math"])
    for element in page(True):
        yield from (name for name in element.attrs if name.startswith("on"))
        if not str(element.get("href", base_url)).startswith(base_url):
            yield element["href"]
