"""Addresses that people submit, of whatever chain: each is kept as that chain writes it."""

from shared import coin_address, evm_address

# What addresses of keys and scripts begin with.
_WITHOUT_WITNESS = {"1": coin_address.BITCOIN, "3": coin_address.BITCOIN,
                    "L": coin_address.LITECOIN, "M": coin_address.LITECOIN}  # fmt: skip


def parse_destination(text: str) -> str:
    """An address as it is kept, when it is of a chain that writes a checksum into it; the text as
    it is otherwise: the rail says whether it is one.

    Raises Invalid: bad_address, its checksum is wrong; bad_destination, it is a contract of the
    chain itself.
    """
    if text.startswith("0x"):
        return evm_address.parse_address(text)
    for coin in coin_address.COINS.values():
        if text.lower().startswith(f"{coin.hrp}1"):
            return coin_address.parse_address(coin, text)
    if text[:1] in _WITHOUT_WITNESS:
        return coin_address.parse_address(_WITHOUT_WITNESS[text[:1]], text)
    return text
