"""What the DNS says of a sender: whether other mail servers have reason to trust its letters."""

import base64
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import dns.exception
import dns.resolver
import dns.reversename
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from supportgroup.mail.signing import Signer

PATIENCE = 5  # seconds for each question

Ask = Callable[[str, str], list[str]]  # a name and a record's type to its values; none where there is no such record


class NotReachable(Exception):
    """There is no DNS here, or it does not answer."""


@dataclass(frozen=True)
class Record:
    """One thing that was asked for."""

    what: str
    well: bool
    words: str


def ask_dns(name: str, sort: str) -> list[str]:
    """The values of these records. Raises NotReachable."""
    try:
        answer = dns.resolver.resolve(name, sort, lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        raise NotReachable from None
    if sort == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return [record.to_text() for record in answer]


def records(domain: str, relay: str, signer: Signer | None, ask: Ask = ask_dns) -> Iterator[Record]:
    """SPF, DKIM and DMARC of the sender's domain, and the name of the relay's address."""
    looks: dict[str, Callable[[], tuple[bool, str]]] = {
        "SPF": lambda: spf(domain, ask),
        "DKIM": lambda: dkim_key(domain, signer, ask),
        "DMARC": lambda: dmarc(domain, ask),
        "PTR": lambda: ptr(relay, ask),
    }
    for what, look in looks.items():
        try:
            well, words = look()
        except NotReachable:
            well, words = True, "not reachable: no DNS answers here, so nothing is known"
        yield Record(what, well, words)


def spf(domain: str, ask: Ask) -> tuple[bool, str]:
    """RFC 7208: one record, with an end that says what of all others."""
    found = [text for text in ask(domain, "TXT") if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    if len(found) != 1:
        return False, f"{domain} has {len(found) or 'no'} records that begin with v=spf1, and needs one"
    if re.search(r"(\?|\+|\s)all\b", found[0]):
        return False, f"{domain} lets everybody send in its name: end the record with ~all or -all"
    return True, f"{domain} says who may send"


def dkim_key(domain: str, signer: Signer | None, ask: Ask) -> tuple[bool, str]:
    """RFC 6376: the public half of our key, where others look for it."""
    if signer is None:
        return True, "DKIM_KEY is not set: the relay signs, or nobody does"
    name = f"{signer.selector}._domainkey.{signer.domain}"
    found = " ".join(ask(name, "TXT"))
    if public_half(signer.key) not in found.replace(" ", ""):
        return False, f"{name} does not hold our key: its record is v=DKIM1; k=rsa; p={public_half(signer.key)}"
    if signer.domain != domain:
        return False, f"letters are signed for {signer.domain} and come from {domain}"
    return True, f"{name} holds our key"


def public_half(key: bytes) -> str:
    public = load_pem_private_key(key, password=None).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def dmarc(domain: str, ask: Ask) -> tuple[bool, str]:
    """RFC 7489: of this domain, or of the one it belongs to."""
    parts = domain.split(".")
    for name in (domain, ".".join(parts[-2:])):
        if any(text.lower().startswith("v=dmarc1") for text in ask(f"_dmarc.{name}", "TXT")):
            return True, f"_dmarc.{name} says what to do with letters that are not ours"
    return False, f"_dmarc.{domain} has no record that begins with v=DMARC1"


def ptr(relay: str, ask: Ask) -> tuple[bool, str]:
    """RFC 1912: the relay's address has a name, and that name has the address."""
    try:
        address = socket.getaddrinfo(relay, None)[0][4][0]
    except OSError:
        raise NotReachable from None
    names = [name.rstrip(".") for name in ask(str(dns.reversename.from_address(str(address))), "PTR")]
    for name in names:
        if address in (*ask(name, "A"), *ask(name, "AAAA")):
            return True, f"{address} is {name}, and {name} is {address}"
    return False, f"{address} has no name that leads back to it"
