"""Addresses of EVM chains as text: 0x, 40 digits, and a checksum in their case (EIP-55)."""

import re
from collections.abc import Collection

from shared.errors import Invalid
from shared.keccak import keccak_256

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
# Precompiled contracts and the zero address: nobody has a key to them.
_NOBODY_BELOW = 1 << 32


def checksum(address: bytes) -> str:
    """The text of 20 bytes. Raises ValueError for another length."""
    if len(address) != 20:
        raise ValueError("an address has 20 bytes")
    digits = address.hex()
    digest = keccak_256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(digits, digest, strict=False)
    )


def parse_address(text: str, refused: Collection[str] = ()) -> str:
    """An address submitted from outside, in its checksummed form.

    All lower or all upper case carries no checksum and is taken: nothing is known against it.
    refused: addresses that may not be meant, such as the token's own.
    Raises Invalid: bad_address, it is none or its checksum is wrong; bad_destination, it is
    refused, or that of a precompiled contract.
    """
    if not _ADDRESS.fullmatch(text):
        raise Invalid("bad_address", "An address is 0x and 40 hexadecimal digits.")
    address = checksum(bytes.fromhex(text[2:]))
    if text[2:] not in (text[2:].lower(), text[2:].upper(), address[2:]):
        raise Invalid(
            "bad_address", "The checksum of the address is wrong.", "Copy it again, do not type it."
        )
    if int(text, 16) < _NOBODY_BELOW or address.lower() in {each.lower() for each in refused}:
        raise Invalid("bad_destination", "Money sent to this address is lost.")
    return address


def address_of_key(public_key: bytes) -> str:
    """The address of an uncompressed public key: 0x04, then x and y. Raises ValueError."""
    if len(public_key) != 65 or public_key[0] != 4:
        raise ValueError("an uncompressed public key has 65 bytes and starts with 4")
    return checksum(keccak_256(public_key[1:])[12:])
