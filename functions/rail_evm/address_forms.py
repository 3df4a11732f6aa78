"""How a kind of chain writes its addresses. Here they are 0x and 40 digits with a checksum in their
case, whatever people and the books write."""

from collections.abc import Mapping
from typing import Any, Protocol

from shared.base58 import decoded, encoded
from shared.evm_address import checksum

# First byte of every address of TRON.
_TRON = b"\x41"
_FIELDS = ("token", "sender", "recipient")


class AddressForm(Protocol):
    """Between ours and the chain's."""

    def ours(self, text: str) -> str:
        """An address of the books, as it is here. Raises ValueError for what is none."""

    def theirs(self, address: str) -> str:
        """One of ours as people and the books write it."""


class Evm:
    """EIP-55, as here."""

    def ours(self, text: str) -> str:
        return text

    def theirs(self, address: str) -> str:
        return address


class Tron:
    """Base58Check of 0x41 and the 20 bytes."""

    def ours(self, text: str) -> str:
        raw = decoded(text, 21)
        if raw[:1] != _TRON:
            raise ValueError("no address of TRON")
        return checksum(raw[1:])

    def theirs(self, address: str) -> str:
        return encoded(_TRON + bytes.fromhex(address[2:]))


# By address_kind of rails.
FORMS: Mapping[str, AddressForm] = {"evm": Evm(), "tron": Tron()}


def transfer_of_ours(form: AddressForm, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A transfer as the database tells it, with addresses as they are here."""
    return {**fields} | {name: form.ours(fields[name]) for name in _FIELDS if fields[name]}


def transfer_of_theirs(form: AddressForm, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A transfer from here, as the database keeps it."""
    return {**fields} | {name: form.theirs(fields[name]) for name in _FIELDS if fields[name]}
