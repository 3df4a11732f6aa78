"""Addresses of Bitcoin and chains that descend from it, as text: Bech32 and Bech32m (BIP-173,
BIP-350) for scripts with a witness, Base58Check for older ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.base58 import decoded, encoded
from shared.errors import Invalid

_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# What the checksum of a text comes to: of version 0, and of every later one.
_BECH32_CHECK, _BECH32M_CHECK = 1, 0x2BC830A3
_LONGEST = 90


@dataclass(frozen=True)
class Coin:
    """How a chain writes its addresses. hrp: what those with a witness begin with. key_version,
    script_version: first byte of those without one, of a key and of a script."""

    rail: str
    hrp: str
    key_version: int
    script_version: int


BITCOIN = Coin("bitcoin", "bc", 0x00, 0x05)
# An address that begins with 3 is of Bitcoin, though Litecoin once wrote its own so.
LITECOIN = Coin("litecoin", "ltc", 0x30, 0x32)
COINS = {each.rail: each for each in (BITCOIN, LITECOIN)}


def parse_address(coin: Coin, text: str) -> str:
    """An address submitted from outside, in small letters where capitals say nothing.

    Raises Invalid: bad_address, it is none of this chain or its checksum is wrong.
    """
    try:
        if text.lower().startswith(coin.hrp + "1"):
            return segwit_address(coin.hrp, *segwit_program(coin.hrp, text))
        raw = decoded(text, 21)
    except ValueError:
        raise Invalid(
            "bad_address", "This is no address of this chain, or its checksum is wrong.",
            "Copy it again, do not type it.",
        ) from None  # fmt: skip
    if len(raw) != 21 or raw[0] not in (coin.key_version, coin.script_version):
        raise Invalid("bad_address", "This is no address of this chain.")
    return text


def address_of_script(coin: Coin, script: bytes) -> str:
    """Who is paid by an output with this script, as an address; empty: it has none."""
    if len(script) == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return encoded(bytes([coin.key_version]) + script[3:23])
    if len(script) == 23 and script[:2] == b"\xa9\x14" and script[22:] == b"\x87":
        return encoded(bytes([coin.script_version]) + script[2:22])
    if 4 <= len(script) <= 42 and script[1] == len(script) - 2:
        version = script[0] - 0x50 if script[0] else 0
        if 0 <= version <= 16:
            try:
                return segwit_address(coin.hrp, version, script[2:])
            except ValueError:
                return ""
    return ""


def segwit_address(hrp: str, version: int, program: bytes) -> str:
    """The text of a witness program. Raises ValueError for one that no rule allows."""
    _allowed(version, program)
    words = [version, *_regrouped(program, 8, 5, pad=True)]
    target = _BECH32M_CHECK if version else _BECH32_CHECK
    check = _polymod([*_expanded(hrp), *words, *[0] * 6]) ^ target
    words += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return hrp + "1" + "".join(_BECH32[each] for each in words)


def segwit_program(hrp: str, text: str) -> tuple[int, bytes]:
    """Version and witness program of an address. Raises ValueError."""
    if text not in (text.lower(), text.upper()) or len(text) > _LONGEST:
        raise ValueError("letters of both sizes, or too many")
    prefix, one, rest = text.lower().rpartition("1")
    if prefix != hrp or not one or len(rest) < 8:
        raise ValueError("of another chain")
    words = [_BECH32.index(letter) for letter in rest]
    target = _BECH32M_CHECK if words[0] else _BECH32_CHECK
    if _polymod([*_expanded(hrp), *words]) != target:
        raise ValueError("the checksum is wrong")
    program = bytes(_regrouped(words[1:-6], 5, 8, pad=False))
    _allowed(words[0], program)
    return words[0], program


def _allowed(version: int, program: bytes) -> None:
    if not (0 <= version <= 16 and 2 <= len(program) <= 40):
        raise ValueError("no such witness program")
    if version == 0 and len(program) not in (20, 32):
        raise ValueError("version 0 has 20 bytes or 32")


def _expanded(hrp: str) -> list[int]:
    return [*(ord(e) >> 5 for e in hrp), 0, *(ord(e) & 31 for e in hrp)]


def _polymod(words: Sequence[int]) -> int:
    check = 1
    for word in words:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for place in range(5):
            check ^= _GENERATOR[place] if (top >> place) & 1 else 0
    return check


def _regrouped(words: Sequence[int], size: int, wanted: int, *, pad: bool) -> list[int]:
    """Bits in groups of one size, in groups of another. Raises ValueError for bits left over."""
    kept, bits, groups = 0, 0, []
    for word in words:
        kept = (kept << size | word) & 0xFFFF
        bits += size
        while bits >= wanted:
            bits -= wanted
            groups.append(kept >> bits & ((1 << wanted) - 1))
    rest = kept & ((1 << bits) - 1)
    if pad and bits:
        groups.append(rest << (wanted - bits))
    elif not pad and (bits >= size or rest):
        raise ValueError("bits are left over")
    return groups
