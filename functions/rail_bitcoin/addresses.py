"""Deposit addresses, each derived from a public key that cannot spend from it."""

from functools import lru_cache
from hashlib import sha256

from shared.coin_address import Coin, segwit_address
from shared.extended_key import VERSION, WITNESS_VERSION, ExtendedKey
from shared.settings import SettingsError

from .ripemd160 import hash160

_ACCOUNT_DEPTH = 3
_RECEIVING = 0


def deposit_address(coin: Coin, xpub: str, index: int) -> str:
    """The address m/84'/coin'/0'/0/index, which pays to the hash of a key (P2WPKH).

    xpub: the extended public key of the account, m/84'/coin'/0', as an xpub or a zpub. Raises
    ValueError for an index that needs the private key, SettingsError for what is no such key.
    """
    key = _account(xpub).child(_RECEIVING).child(index).key
    return segwit_address(coin.hrp, 0, hash160(key.format()))


def fingerprint(xpub: str) -> str:
    """Names an extended public key in the database, which never has the key itself."""
    return sha256(xpub.encode()).hexdigest()


@lru_cache(4)
def _account(xpub: str) -> ExtendedKey:
    # A private key has no business here: it is refused unseen, never parsed or shown.
    if not xpub.startswith(("xpub", "zpub")):
        raise SettingsError("the key of the deposit addresses is no extended public key")
    try:
        account = ExtendedKey.parse(xpub, (VERSION, WITNESS_VERSION))
    except ValueError:
        raise SettingsError("the extended public key of the deposit addresses is broken") from None
    if account.depth != _ACCOUNT_DEPTH:
        raise SettingsError("the extended public key is not of an account (m/84'/0'/0')")
    return account
