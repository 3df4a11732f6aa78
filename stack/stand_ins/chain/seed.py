"""Keys that follow from a seed (BIP-32): what its owner can derive, and a server cannot."""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field

from coincurve import PrivateKey

from shared.base58 import encoded
from shared.extended_key import VERSION

_HARDENED = 2**31


@dataclass(frozen=True)
class Node:
    """A private key of the tree, and the chain code that its children need."""

    key: PrivateKey = field(repr=False)
    chain_code: bytes = field(repr=False)
    depth: int = 0
    index: int = 0

    def at(self, path: str) -> "Node":
        """The node below this one, such as 44'/60'/0'."""
        node = self
        for step in path.split("/"):
            node = node._child(int(step.removesuffix("'")) + _HARDENED * step.endswith("'"))
        return node

    def xpub(self, version: bytes = VERSION) -> str:
        """Its extended public key. Without the parent's fingerprint, which derives nothing."""
        position = bytes([self.depth]) + bytes(4) + self.index.to_bytes(4, "big")
        return encoded(version + position + self.chain_code + self.key.public_key.format())

    def _child(self, index: int) -> "Node":
        hardened = index >= _HARDENED
        key = b"\0" + self.key.secret if hardened else self.key.public_key.format()
        digest = hmac.digest(self.chain_code, key + index.to_bytes(4, "big"), "sha512")
        return Node(self.key.add(digest[:32]), digest[32:], self.depth + 1, index)


def root(seed: bytes) -> Node:
    """The root of a seed's tree. Raises ValueError for a seed that gives no key."""
    digest = hmac.digest(b"Bitcoin seed", seed, "sha512")
    return Node(PrivateKey(digest[:32]), digest[32:])


def root_of_phrase(phrase: str) -> Node:
    """The root of the tree of a phrase without a password (BIP-39)."""
    words = unicodedata.normalize("NFKD", phrase).encode()
    return root(hashlib.pbkdf2_hmac("sha512", words, b"mnemonic", 2048))
