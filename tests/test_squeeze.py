"""Pages are compressed for who asked for them, and for nobody whom another site sent; no two are of one length."""

import gzip

import pytest

from supportgroup.squeeze import LEAST, PADDING

OURS = {"Accept-Encoding": "gzip, br", "Sec-Fetch-Site": "same-origin"}


def test_a_page_asked_for_by_ours_comes_compressed_and_of_no_certain_length(client):
    plain = client.get("/")

    answers = [client.get("/", headers=OURS) for _ in range(20)]

    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert all(len(gzip.decompress(answer.data)) == len(plain.data) for answer in answers)
    assert all(len(answer.data) < len(plain.data) / 2 for answer in answers)
    lengths = {len(answer.data) for answer in answers}
    assert len(lengths) > 5
    assert max(lengths) - min(lengths) <= PADDING + 64  # and a token and a nonce, other each time
    assert all(answer.content_length == len(answer.data) for answer in answers)


@pytest.mark.parametrize(
    "asked",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "odd"},
        {},  # a browser too old to say
        {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"},
        {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip;q=0"},
    ],
)
def test_who_comes_from_elsewhere_gets_it_plain(client, asked):
    answer = client.get("/", headers={"Accept-Encoding": "gzip", **asked})

    assert "Content-Encoding" not in answer.headers
    assert {"Accept-Encoding", "Sec-Fetch-Site"} <= set(answer.vary)


def test_what_is_small_stays_as_it_is(client):
    answer = client.get("/healthz", headers=OURS)

    assert len(answer.data) < LEAST
    assert "Content-Encoding" not in answer.headers
