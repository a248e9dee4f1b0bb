"""A device with passkeys, in thirty lines: what a browser would send, and what a forger might."""

import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """One passkey. What it says of itself can be bent before it is asked."""

    def __init__(self, origin="http://127.0.0.1:8000", host="127.0.0.1"):
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0
        self.flags = PRESENT | VERIFIED

    def make(self, options):
        """The answer to the options for a new passkey, as our script sends it."""
        about = self.data(self.flags | ATTESTED) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + self.cose()
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": about})
        client = self.client("webauthn.create", options["challenge"])
        return self.answer({"clientDataJSON": text(client), "attestationObject": text(attested)})

    def use(self, options):
        """The answer to the options for signing in."""
        self.count += 1
        about, client = self.data(self.flags), self.client("webauthn.get", options["challenge"])
        signature = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"clientDataJSON": text(client), "authenticatorData": text(about), "signature": text(signature)}
        return self.answer(said)

    def answer(self, response):
        said = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**said, "response": response})

    def data(self, flags):
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def client(self, sort, challenge):
        return json.dumps({"type": sort, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def cose(self):
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})


def text(content):
    return bytes_to_base64url(content)
