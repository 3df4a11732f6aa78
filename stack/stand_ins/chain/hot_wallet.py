"""The hot wallet's key as an operator puts it in place: encrypted by KMS, kept as a secret."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from functions.rail_evm.signer import encryption_context
from stack.stand_ins.chain.accounts import HOT_WALLET, account
from stack.stand_ins.chain.chain import CHAIN_ID


def put_in_place(client: Callable[[str], Any], chain_id: int = CHAIN_ID) -> dict[str, str]:
    """Store the key; the environment of functions that sign with it.

    client: makes boto3 clients by service, such as a stack's `aws.client`.
    """
    wallet = account(HOT_WALLET, 0)
    kms = client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    ciphertext = kms.encrypt(
        KeyId=key_id, Plaintext=wallet.key.secret, EncryptionContext=encryption_context(chain_id)
    )["CiphertextBlob"]
    name = f"holdfast/hot-wallet/{uuid4()}"
    client("secretsmanager").create_secret(
        Name=name, SecretString=base64.b64encode(ciphertext).decode()
    )
    return {
        "HOLDFAST_EVM_SIGNER_SECRET": name,
        "HOLDFAST_EVM_KMS_KEY": key_id,
        "HOLDFAST_EVM_HOT_WALLET": wallet.address,
    }
