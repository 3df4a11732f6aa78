"""Base58 with a checksum: extended public keys, and addresses of TRON and of older coins."""

from hashlib import sha256

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def decoded(text: str, length: int) -> bytes:
    """The payload of so many bytes. Raises ValueError for another length or checksum."""
    # Nobody's long text is turned into a number.
    if len(text) > 2 * (length + 4):
        raise ValueError("the text is too long")
    number = 0
    for letter in text:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    # OverflowError is no ValueError.
    if number >> (8 * (length + 4)):
        raise ValueError("another length")
    raw = number.to_bytes(length + 4, "big")
    if raw[length:] != checksum(raw[:length]) or encoded(raw[:length]) != text:
        raise ValueError("the checksum is wrong")
    return raw[:length]


def encoded(payload: bytes) -> str:
    """A payload as text, with its checksum."""
    raw = payload + checksum(payload)
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    return ALPHABET[0] * (len(raw) - len(raw.lstrip(b"\0"))) + text


def checksum(payload: bytes) -> bytes:
    """The four bytes that follow it."""
    return sha256(sha256(payload).digest()).digest()[:4]
