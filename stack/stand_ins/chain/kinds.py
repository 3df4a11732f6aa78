"""The chains that the tests have, with stand-ins at the real addresses of their tokens."""

from collections.abc import Mapping
from dataclasses import dataclass

USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
BRIDGED_USDC = "0xd9aAEc86B65D86f6A7B5B1b0c42FFA531710b6CA"
BSC_USDC = "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"
BSC_USDT = "0x55d398326f99059fF775485246999027B3197955"


@dataclass(frozen=True)
class Kind:
    """rail: as in rails. token: what people pay with. contracts: of Tokens.sol, by the address that
    each is put at. decimals: of all of them. is_tron: whether its node is one of TRON."""

    rail: str
    chain_id: int
    token: str
    contracts: Mapping[str, str]
    decimals: int
    is_tron: bool = False


BASE = Kind("base", 8453, USDC, {USDC: "Usdc", BRIDGED_USDC: "BridgedUsdc"}, 6)
BSC = Kind("bsc", 56, BSC_USDT, {BSC_USDT: "BscUsdt", BSC_USDC: "BscUsdc"}, 18)
# TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t, as it is here.
TRON_USDT = "0xa614f803B6FD780986A42c78Ec9c7f77e6DeD13C"
TRON = Kind("tron", 728126428, TRON_USDT, {TRON_USDT: "Usdc"}, 6, is_tron=True)
