"""Extended public keys (BIP-32): public keys that follow from one, and no private key."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from coincurve import PublicKey

from shared.base58 import decoded

# Of an index that is not hardened: only these follow from a public key.
MAX_INDEX = 2**31 - 1
# What an xpub begins with, as bytes: version (of Bitcoin's main network, as for every EVM chain).
VERSION = bytes.fromhex("0488b21e")
# What a zpub begins with: the same key, for addresses with a witness (SLIP-132).
WITNESS_VERSION = bytes.fromhex("04b24746")
_LETTERS = 111


@dataclass(frozen=True)
class ExtendedKey:
    """A public key, how far below its root it is, and the chain code that its children need."""

    depth: int
    chain_code: bytes
    key: PublicKey

    @classmethod
    def parse(cls, xpub: str, versions: Collection[bytes] = (VERSION,)) -> Self:
        """Raises ValueError for what is no extended public key of one of these versions."""
        if len(xpub) != _LETTERS:
            raise ValueError("an xpub has another length")
        raw = decoded(xpub, 78)
        if raw[:4] not in versions:
            raise ValueError("the version is another")
        depth, parent_and_index = raw[4], raw[5:13]
        if not depth and any(parent_and_index):
            raise ValueError("a root has no parent")
        return cls(depth, raw[13:45], PublicKey(raw[45:78]))

    def child(self, index: int) -> Self:
        """Raises ValueError for an index outside 0 to MAX_INDEX."""
        if not 0 <= index <= MAX_INDEX:
            raise ValueError(f"an index is 0 to {MAX_INDEX}")
        data = self.key.format() + index.to_bytes(4, "big")
        digest = hmac.digest(self.chain_code, data, "sha512")
        return type(self)(self.depth + 1, digest[32:], self.key.add(digest[:32]))
