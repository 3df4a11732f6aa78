"""Deposit addresses, each derived from a public key that cannot spend from them."""

from functools import lru_cache
from hashlib import sha256

from shared.evm_address import address_of_key
from shared.settings import SettingsError

from .extended_key import ExtendedKey

_ACCOUNT_DEPTH = 3
_RECEIVING = 0


def deposit_address(xpub: str, index: int) -> str:
    """The checksummed address m/44'/60'/0'/0/index, or of TRON m/44'/195'/0'/0/index.

    xpub: the extended public key of the account, m/44'/60'/0' or m/44'/195'/0'. Raises ValueError
    for an index that needs the private key, SettingsError for an xpub that is not such a one.
    """
    key = _account(xpub).child(_RECEIVING).child(index).key
    return address_of_key(key.format(compressed=False))


def fingerprint(xpub: str) -> str:
    """Names an extended public key in the database, which never has the key itself."""
    return sha256(xpub.encode()).hexdigest()


@lru_cache(4)
def _account(xpub: str) -> ExtendedKey:
    # A private key has no business here: it is refused unseen, never parsed or shown.
    if not xpub.startswith("xpub"):
        raise SettingsError("the key of the deposit addresses is no extended public key")
    try:
        account = ExtendedKey.parse(xpub)
    except ValueError:
        raise SettingsError("the extended public key of the deposit addresses is broken") from None
    if account.depth != _ACCOUNT_DEPTH:
        raise SettingsError(
            "the extended public key is not of an account (m/44'/60'/0' or m/44'/195'/0')"
        )
    return account
