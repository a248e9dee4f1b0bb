"""Places to turn to: kept by facilitators, read by members, and every link an https one."""

import pytest

from supportgroup.db import db, transaction
from supportgroup.groups.models import Resource, Role
from supportgroup.groups.resources import is_good_link
from tests.factories import make_account, make_group, make_membership, make_resource

DIRECTORY = {"title": "Therapists by town", "url": "https://www.therapists.example.org/find", "kind": "directory"}


@pytest.fixture
def here(app, sign_in):
    """A group's page as its facilitator and a member open it."""
    with transaction():
        group = make_group()
        people = [make_account(name) for name in ("Ada", "Ben", "Dan")]
        make_membership(group, people[0], role=Role.FACILITATOR)
        make_membership(group, people[1])
    ada, ben, dan = (sign_in(one) for one in people)
    return f"/g/{group.slug}/resources", ada, ben, dan, group


def test_a_facilitator_keeps_the_page_and_members_read_it(here):
    path, ada, ben, dan, group = here
    assert "Nothing is here yet." in ben.get(path).text
    assert "Add one" not in ben.get(path).text
    assert ada.post(f"{path}/new", data={**DIRECTORY, "words": "Evenings too"}).status_code == 303
    page = ben.get(path).text
    assert 'href="https://www.therapists.example.org/find" rel="noopener noreferrer nofollow"' in page
    assert "<span>therapists.example.org</span>" in page
    assert "Evenings too" in page
    assert "Resources" in ben.get(f"/g/{group.slug}").text
    assert path in ben.get(f"/g/{group.slug}/board/hard").text

    line = {"title": "A line", "url": "https://line.example.org", "kind": "crisis"}
    asked = ada.post(f"{path}/new", data=line)
    assert asked.status_code == 422
    assert "Say for which country it is" in asked.text
    assert ada.post(f"{path}/new", data={**line, "country": "FR"}).status_code == 303
    page = ben.get(path).text
    assert page.index("Crisis lines") < page.index("Finding a therapist")
    assert "France" in page

    kept = db.session.query(Resource).filter_by(kind="directory").one()
    assert ben.get(f"{path}/{kept.id}").status_code == 404
    assert dan.get(path).status_code == 404
    assert ada.post(f"{path}/{kept.id}", data={**DIRECTORY, "title": "By region"}).status_code == 303
    assert "By region" in ben.get(path).text
    assert ben.post(f"{path}/{kept.id}/take-away").status_code == 404
    assert ada.post(f"{path}/{kept.id}/take-away").status_code == 303
    assert "By region" not in ben.get(path).text
    with transaction():
        for _ in range(40):
            make_resource(group)
    assert "There are forty here already." in ada.post(f"{path}/new", data=DIRECTORY).text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://localhost/x",
        "https://user:secret@example.org",
        "https://example.org@evil.example.net",
        "https://127.0.0.1/x",
        "https://example.org:8443/",
        "https://exa mple.org",
        'https://example.org/"onclick=',
        "https://[::1",
        "//example.org",
        "example.org",
    ],
)
def test_links_that_are_not_plain_https_are_not_kept(url):
    assert not is_good_link(url)


def test_a_bad_link_is_asked_for_again(here):
    path, ada, *_ = here
    for data in ({"url": "http://example.org"}, {"title": ""}, {"kind": "x"}, {"country": "XX"}, {"words": "l" * 201}):
        response = ada.post(f"{path}/new", data={**DIRECTORY, **data})
        assert response.status_code == 422, data
    assert db.session.query(Resource).count() == 0
    assert is_good_link("https://example.org/a?b=c#d")
