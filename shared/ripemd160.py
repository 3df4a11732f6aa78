"""RIPEMD-160, which the names of keys and scripts are made with. OpenSSL counts it as a thing of
the past, so a runtime may be without it."""

import struct
from hashlib import sha256

_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_MASK = 0xFFFFFFFF
# Five rounds of sixteen steps, of two lines each: which word, turned by how many bits, and what is
# added. A digit is a number below sixteen.
_WORDS = (
    "0123456789abcdef74d1a6f3c0952eb83ae49f812706db5c19ba08c4d37fe56240597c2ae138b6fd",
    "5e7092b4d6f81a3c6b370d5aef8c4912f5137e69b8c2a04d86413bf05c2d97aecfa4158762de039b",
)
_TURNS = (
    "befc5879bdef6798768db97f7cf9b7dcbd67e9dfe8d65c75bcefef989e56865c9f5b68dc5cdeb856",
    "899bdff5778beec69df7c89b77c76fdb97fb866ecd5edd75f58bee6e69c9c5f885c9c5e68d65fdbb",
)
_ADDED = (
    (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E),
    (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0),
)
_STEPS = tuple(
    [
        (step // 16, int(words[step], 16), int(turns[step], 16), added[step // 16])
        for step in range(80)
    ]
    for words, turns, added in zip(_WORDS, _TURNS, _ADDED, strict=True)
)


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256: 20 bytes."""
    return ripemd160(sha256(data).digest())


def ripemd160(data: bytes) -> bytes:
    """The digest: 20 bytes."""
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    state = list(_START)
    for start in range(0, len(padded), 64):
        block = struct.unpack("<16I", padded[start : start + 64])
        left, right = (_line(state, block, place) for place in (0, 1))
        state = [
            (state[(place + 1) % 5] + left[(place + 2) % 5] + right[(place + 3) % 5]) & _MASK
            for place in range(5)
        ]
    return struct.pack("<5I", *state)


def _line(state: list[int], block: tuple[int, ...], place: int) -> list[int]:
    a, b, c, d, e = state
    for number, word, turn, added in _STEPS[place]:
        mixed = _mixed(4 - number if place else number, b, c, d)
        a = _turned((a + mixed + block[word] + added) & _MASK, turn) + e & _MASK
        a, b, c, d, e = e, a, b, _turned(c, 10), d
    return [a, b, c, d, e]


def _mixed(number: int, x: int, y: int, z: int) -> int:
    if number == 0:
        return x ^ y ^ z
    if number == 1:
        return (x & y) | (~x & z)
    if number == 2:
        return (x | ~y) ^ z
    if number == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | ~z)


def _turned(word: int, bits: int) -> int:
    return (word << bits | word >> (32 - bits)) & _MASK
