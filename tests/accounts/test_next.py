"""After signing in one is led on within the service, and nowhere else (T11)."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportgroup.accounts.views import safe_next

HERE = "https://groups.example.org/sign-in"
ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "https://groups.example.org@evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "/\x00/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "",
    "/" + "x" * 500,
    "/a\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_leads_elsewhere_is_dropped(target):
    assert safe_next(target) is None


@pytest.mark.parametrize("target", ["/home", "/g/a/board?after=x", "/%2f%2fevil.example", "/.//evil.example", "/é"])
def test_what_leads_on_here_is_kept(target):
    assert safe_next(target) == target
    assert urlsplit(urljoin(HERE, target)).netloc == "groups.example.org"


@given(st.text(alphabet=st.sampled_from("/\\:@.?#%\t\n\r ehttpsvilaé0"), max_size=30))
def test_whatever_is_kept_stays_here_as_browsers_read_it(target):
    kept = safe_next(target)
    if kept is not None:
        as_browsers_read_it = kept.replace("\\", "/").translate({9: None, 10: None, 13: None}).strip()
        found = urlsplit(urljoin(HERE, as_browsers_read_it))
        assert (found.scheme, found.netloc) == ("https", "groups.example.org")
