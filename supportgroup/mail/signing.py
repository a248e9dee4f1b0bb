"""DKIM (RFC 6376): letters signed here, for who sends through a relay that does not sign."""

from dataclasses import dataclass

import dkim

# The headers that somebody could change to mislead the reader, and those that stop letters (RFC 8058, section 4).
SIGNED = [
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"auto-submitted",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
]


@dataclass(frozen=True)
class Signer:
    """A key, and where its public half stands in the DNS: `<selector>._domainkey.<domain>`."""

    key: bytes  # RSA, as PEM
    selector: str
    domain: str

    def signed(self, message: bytes) -> bytes:
        """The message with its signature in front. Takes some milliseconds."""
        signature: bytes = dkim.sign(
            message, self.selector.encode(), self.domain.encode(), self.key, include_headers=SIGNED
        )
        return signature + message
