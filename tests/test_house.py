"""The house keeps its own rules."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from supportgroup.app import TEMPLATES
from supportgroup.mail.kinds import KINDS, PREFERENCES
from supportgroup.ticks import TICKS

ROOT = Path(__file__).parents[1]
READER = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
SOURCES = [path for folder in ("supportgroup", "workers") for path in sorted((ROOT / folder).rglob("*.py"))]
MODULES = [path for path in SOURCES if "migrations" not in path.parts]
TEMPLATE_NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())


def calls(path):
    """Names of everything the module calls, such as `db.session.commit`, each with its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def offenders(pattern, *, but):
    """Where a call of that name stands outside the one module that may make it."""
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in MODULES
        if path.relative_to(ROOT).as_posix() not in but
        for name, line in calls(path)
        if re.fullmatch(pattern, name)
    ]


def test_only_the_database_module_commits():
    assert offenders(r"(db\.)?session\.(commit|rollback)", but={"supportgroup/db.py"}) == []


def test_only_the_clock_reads_the_time():
    reads = r"(datetime\.|dt\.)?(datetime|date)\.(now|utcnow|today)|time\.time|func\.now"
    assert offenders(reads, but={"supportgroup/clock.py"}) == []


# What can open a connection, and who does, to where an operator says: the relay, the broker, a name server, loopback.
REACHING = {
    *("aiohttp", "asyncio", "dns", "ftplib", "http", "httpx", "imaplib", "poplib", "pycurl", "redis", "requests"),
    *("smtplib", "socket", "telnetlib", "urllib", "urllib3", "webbrowser", "xmlrpc"),
}
REACHES = {
    "supportgroup/doctor.py": {"redis", "smtplib"},
    "supportgroup/mail/reputation.py": {"dns", "socket"},
    "supportgroup/mail/transport.py": {"smtplib"},
    "supportgroup/mailbox.py": {"asyncio"},  # the development mailbox listens
    "supportgroup/up.py": {"http", "socket"},
    "supportgroup/valkey.py": {"socket"},
}


def test_nothing_fetches_an_address_that_somebody_named():
    """No page, letter or tick has anything to fetch it with (T14); what is installed has no client for it either."""
    found = {path.relative_to(ROOT).as_posix(): imported(path) & REACHING for path in MODULES}
    assert {name: what for name, what in found.items() if what} == REACHES
    installed = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert installed & {"aiohttp", "httpx", "pycurl", "requests", "urllib3"} == set()


def imported(path):
    """The packages whose modules it imports; reading an address (urllib.parse) and naming a status reach nobody."""
    modules = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {node.module or ""}
    return {module.split(".")[0] for module in modules - {"urllib.parse"} if module != "http"}


def test_nothing_is_loaded_by_its_id_without_its_group():
    assert offenders(r".*\.query\.get", but=set()) == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_of_letter_has_its_templates_a_sample_and_a_preference_that_is_known(name):
    kind = KINDS[name]

    for part in ("subject.txt", "body.txt", "body.html"):
        assert (TEMPLATES / "mail" / name / part).is_file()
    assert kind.samples
    assert kind.preference is None or kind.preference in PREFERENCES
    assert kind.says.__doc__


def test_every_folder_of_letters_has_its_kind():
    folders = {path.name for path in (TEMPLATES / "mail").iterdir() if path.is_dir()}
    assert folders == set(KINDS)


def test_every_template_is_used(app):
    used = set()
    for name in TEMPLATE_NAMES:
        source = (TEMPLATES / name).read_text()
        used |= {found for found in meta.find_referenced_templates(READER.parse(source)) if found}
    sources = "\n".join(path.read_text() for path in MODULES)
    unused = [
        name
        for name in TEMPLATE_NAMES
        if name not in used
        and f'"{name}"' not in sources
        and f'f"{name.rpartition("/")[0]}/{{' not in sources  # chosen by a name, as the prompts are
        and not name.startswith(("mail/", "pictures/"))
    ]
    assert unused == []


def test_every_template_compiles(app):
    for name in TEMPLATE_NAMES:
        if not name.endswith(".svg"):
            app.jinja_env.get_template(name)


def test_templates_trust_nothing_that_people_wrote():
    trusting = [name for name in TEMPLATE_NAMES if re.search(r"\|\s*safe\b", (TEMPLATES / name).read_text())]
    assert trusting == []


def test_every_tick_has_a_name_of_its_own_and_a_period():
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    assert all(tick.every > 0 and tick.run.__module__ for tick in TICKS)


def test_no_view_orders_people_by_what_they_gave():
    """Nothing sorts by a count of helps or thanks: load is seen and shared, never ranked."""
    ranking = re.compile(r"order_by\([^)]*func\.(count|sum)|order_by\([^)]*thank", re.IGNORECASE)
    assert [str(path.relative_to(ROOT)) for path in MODULES if ranking.search(path.read_text())] == []


def test_no_function_imports():
    inside = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node))
    ]
    assert inside == []
