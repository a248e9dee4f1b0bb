"""Letters signed with DKIM are verified as whoever receives them would; and what the DNS says of us."""

from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from supportgroup import config, doctor
from supportgroup.accounts import service as accounts
from supportgroup.app import create_app
from supportgroup.config import BadSetting
from supportgroup.db import transaction
from supportgroup.mail import reputation
from supportgroup.mail.reputation import NotReachable, public_half, records
from supportgroup.mail.signing import Signer
from tests.conftest import KEYS
from tests.factories import make_account
from tests.post import deliver_due


@pytest.fixture(scope="module")
def key():
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def signer(key):
    return Signer(key, "mail", "example.org")


def verified(message, signer):
    record = f"v=DKIM1; k=rsa; p={public_half(signer.key)}".encode()
    return dkim.verify(message, dnsfunc=lambda name, **_: record if name == b"mail._domainkey.example.org." else None)


def test_what_is_sent_is_verified_by_who_receives_it(app, signer, postbox, monkeypatch):
    relay, sender = app.extensions["mail"]
    monkeypatch.setitem(app.extensions, "mail", (relay, replace(sender, signer=signer)))
    sent = []
    send = relay.send
    monkeypatch.setattr(relay, "send", lambda *letter: sent.append(letter[2]) or send(*letter))
    with transaction():
        accounts.request_link(email=make_account("Ada").email, browser=None)
    assert deliver_due() == 1

    assert verified(sent[0], signer)
    assert not verified(sent[0].replace(b"Your link", b"Your luck"), signer)
    assert postbox[0]["DKIM-Signature"] is not None


def test_the_ways_to_stop_are_signed_too(signer):
    message = b"From: a@example.org\r\nList-Unsubscribe: <https://example.org/stop>\r\n\r\nHello\r\n"
    signed = signer.signed(message)

    assert verified(signed, signer)
    assert not verified(signed.replace(b"example.org/stop", b"evil.example/stop"), signer)


def settings(tmp_path, **more):
    return config.load({"SUPPORTGROUP_VAR": str(tmp_path), **KEYS, **more})


def test_a_key_file_is_read_and_used_for_the_senders_domain(tmp_path, key):
    (tmp_path / "dkim.pem").write_bytes(key)
    app = create_app(
        settings(
            tmp_path,
            DKIM_KEY=str(tmp_path / "dkim.pem"),
            DKIM_SELECTOR="spring",
            MAIL_FROM="Reminder <no-reply@example.org>",
            DATABASE_URL="sqlite:///:memory:",
        )
    )

    assert app.extensions["mail"][1].signer == Signer(key, "spring", "example.org")


@pytest.mark.parametrize("content", [None, b"not a key", "short"])
def test_what_is_no_key_stops_the_start(tmp_path, content):
    path = tmp_path / "dkim.pem"
    if content == "short":
        made = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
        content = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadSetting, match="DKIM_KEY: is"):
        settings(tmp_path, DKIM_KEY=str(path))


class TestTheDns:
    @pytest.fixture
    def zone(self, signer, monkeypatch):
        monkeypatch.setattr(reputation.socket, "getaddrinfo", lambda *_: [(0, 0, 0, "", ("192.0.2.1", 0))])
        return {
            ("example.org", "TXT"): ["some other text", "v=spf1 ip4:192.0.2.1 -all"],
            ("mail._domainkey.example.org", "TXT"): [f"v=DKIM1; k=rsa; p={public_half(signer.key)}"],
            ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=quarantine"],
            ("1.2.0.192.in-addr.arpa.", "PTR"): ["relay.example.org."],
            ("relay.example.org", "A"): ["192.0.2.1"],
        }

    def wrong(self, zone, signer, domain="example.org"):
        found = records(domain, "relay.example.org", signer, lambda name, sort: zone.get((name, sort), []))
        return {record.what: record.words for record in found if not record.well}

    def test_all_is_well(self, zone, signer):
        assert self.wrong(zone, signer) == {}
        assert self.wrong(zone, None) == {}

    @pytest.mark.parametrize(
        ("texts", "words"),
        [
            ([], "has no records"),
            (["v=spf1 -all", "v=spf1 mx -all"], "has 2 records"),
            (["v=spf1 mx +all"], "lets everybody"),
            (["v=spf1 mx ?all"], "lets everybody"),
            (["v=spf10 -all"], "has no records"),
        ],
    )
    def test_spf(self, zone, signer, texts, words):
        zone["example.org", "TXT"] = texts
        assert words in self.wrong(zone, signer)["SPF"]

    def test_dkim(self, zone, signer, key):
        zone["mail._domainkey.example.org", "TXT"] = ["v=DKIM1; k=rsa; p=AAAA"]
        assert public_half(key) in self.wrong(zone, signer)["DKIM"]

    def test_dmarc_of_the_domain_or_of_the_one_it_belongs_to(self, zone, signer):
        zone["mail.example.org", "TXT"] = zone["example.org", "TXT"]
        assert "DMARC" not in self.wrong(zone, None, "mail.example.org")
        del zone["_dmarc.example.org", "TXT"]
        assert set(self.wrong(zone, signer)) == {"DMARC"}

    def test_a_name_that_does_not_lead_back(self, zone, signer):
        zone["relay.example.org", "A"] = ["192.0.2.9"]
        assert "192.0.2.1 has no name" in self.wrong(zone, signer)["PTR"]

    def test_without_dns_nothing_is_claimed(self, zone, signer):
        def nobody(_name, _sort):
            raise NotReachable

        found = list(records("example.org", "relay.example.org", signer, nobody))
        assert [record.well for record in found] == [True] * 4
        assert {record.words.split(":")[0] for record in found} == {"not reachable"}

    def test_no_nameserver_answers(self, monkeypatch):
        nowhere = reputation.dns.resolver.Resolver(configure=False)
        nowhere.nameservers, nowhere.port = ["127.0.0.1"], 1
        monkeypatch.setattr(reputation.dns.resolver, "resolve", nowhere.resolve)
        monkeypatch.setattr(reputation, "PATIENCE", 0.3)
        with pytest.raises(NotReachable):
            reputation.ask_dns("example.org", "TXT")


def test_the_doctor_says_each_in_a_line(app, monkeypatch):
    monkeypatch.setattr(doctor, "records", lambda *_: [reputation.Record("SPF", False, "has no records")])
    from_us = replace(app.config["SETTINGS"], mail_from=config.sender("Reminder <no-reply@example.org>"))
    monkeypatch.setitem(app.config, "SETTINGS", from_us)
    found = {one.what: one for one in doctor.findings(app, None)}

    assert (found["SPF"].well, found["SPF"].words) == (False, "has no records")
    assert found["mail"].well
