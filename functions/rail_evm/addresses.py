"""Deposit addresses, each derived from a public key that cannot spend from them."""

from functools import lru_cache
from hashlib import sha256

from bip32 import BIP32
from coincurve import PublicKey

from shared.evm_address import address_of_key
from shared.settings import SettingsError

# Of an index that is not hardened: only these follow from a public key.
MAX_INDEX = 2**31 - 1
_ACCOUNT_DEPTH = 3
_RECEIVING = 0


def deposit_address(xpub: str, index: int) -> str:
    """The checksummed address m/44'/60'/0'/0/index.

    xpub: the extended public key of the account, m/44'/60'/0'. Raises ValueError for an index
    outside 0 to MAX_INDEX, SettingsError for a key that is not such a one.
    """
    if not 0 <= index <= MAX_INDEX:
        raise ValueError(f"an index is 0 to {MAX_INDEX}")
    compressed = _account(xpub).get_pubkey_from_path([_RECEIVING, index])
    return address_of_key(PublicKey(compressed).format(compressed=False))


def fingerprint(xpub: str) -> str:
    """Names an extended public key in the database, which never has the key itself."""
    return sha256(xpub.encode()).hexdigest()


@lru_cache(4)
def _account(xpub: str) -> BIP32:
    # A private key has no business here: it is refused unseen, never parsed or shown.
    if not xpub.startswith("xpub"):
        raise SettingsError("the key of the deposit addresses is no extended public key")
    try:
        account = BIP32.from_xpub(xpub)
    except Exception:
        raise SettingsError("the extended public key of the deposit addresses is broken") from None
    if account.depth != _ACCOUNT_DEPTH:
        raise SettingsError("the extended public key is not of an account (m/44'/60'/0')")
    return account
