"""The key of the hot wallet: kept as ciphertext, decrypted by KMS for one signature. The key is in
no attribute, log line, message of an error or answer."""

import base64
import logging
from collections.abc import Mapping
from typing import Any

from coincurve import PrivateKey

from shared.evm_address import address_of_key
from shared.settings import SettingsError
from shared.telemetry import logger

from .settings import hot_wallet, secret_line, variable
from .transaction import Signed, Transaction

# At DEBUG botocore writes down every answer, so also what KMS decrypted.
logging.getLogger("botocore").setLevel(logging.INFO)


class SigningFailed(Exception):
    """KMS did not open the key, or it is another address's. Nothing was signed."""


def encryption_context(chain_id: int) -> dict[str, str]:
    """What the ciphertext is bound to: KMS opens it for nothing else, and logs this."""
    return {"purpose": "holdfast:evm:hot_wallet", "chain_id": str(chain_id)}


class Signer:
    """Signs for one address on one chain.

    ciphertext: of the 32 bytes of the private key, made by kms.Encrypt with key_id and
    encryption_context(chain_id). address: whose key it must be.
    """

    def __init__(
        self, kms: Any, *, key_id: str, ciphertext: bytes, address: str, chain_id: int
    ) -> None:
        self.address = address
        self.chain_id = chain_id
        self._kms = kms
        self._request: Mapping[str, Any] = {
            "KeyId": key_id,
            "CiphertextBlob": ciphertext,
            "EncryptionContext": encryption_context(chain_id),
        }

    def __repr__(self) -> str:
        return f"Signer({self.address})"

    def sign(self, transaction: Transaction) -> Signed:
        """Raises SigningFailed; ValueError for a transaction of another chain."""
        if transaction.chain_id != self.chain_id:
            raise ValueError("the transaction is of another chain")
        key = self._open()
        if address_of_key(key.public_key.format(compressed=False)).lower() != self.address.lower():
            raise SigningFailed("the key is of another address")
        return transaction.sign(key)

    def _open(self) -> PrivateKey:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            plaintext = self._kms.decrypt(**self._request)["Plaintext"]
        except (BotoCoreError, ClientError) as error:
            # The name of the refusal only: texts of errors may repeat what was sent.
            logger.error("key not opened", reason=type(error).__name__)
            raise SigningFailed("KMS did not open the key") from None
        if len(plaintext) != 32:
            raise SigningFailed("the plaintext is no key")
        try:
            return PrivateKey(plaintext)
        except ValueError:
            raise SigningFailed("the plaintext is no key") from None


def configured_signer(rail: str, chain_id: int) -> Signer:
    """The signer of the environment for the chain of a rail.

    HOLDFAST_EVM_SIGNER_SECRET: name or ARN of the secret with a line for each rail: its name and
    the ciphertext in base64. HOLDFAST_EVM_KMS_KEY: the key's ARN or id. HOLDFAST_EVM_HOT_WALLET:
    the address. Raises SettingsError, Unavailable.
    """
    import boto3
    from botocore.config import Config

    patience = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    try:
        ciphertext = base64.b64decode(secret_line("SIGNER_SECRET", rail)[0], validate=True)
    except ValueError:
        raise SettingsError("the ciphertext of the hot wallet's key is not base64") from None
    return Signer(
        boto3.client("kms", config=patience),
        key_id=variable("KMS_KEY"),
        ciphertext=ciphertext,
        address=hot_wallet(),
        chain_id=chain_id,
    )
