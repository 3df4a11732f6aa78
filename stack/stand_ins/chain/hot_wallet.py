"""What an operator puts in place so that functions work on chains: addresses of nodes, and the hot
wallet's key, encrypted by KMS."""

import base64
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from functions.rail_evm.signer import encryption_context
from stack.stand_ins.chain.accounts import HOT_WALLET, account, deposits_xpub
from stack.stand_ins.chain.chain import Chain
from stack.stand_ins.chain.kinds import BASE, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from stack.stack import Stack

# Gas of the tests costs more than that of most chains.
_FEE_CEILING = 200 * 10**9


def work_on(stack: "Stack", *chains: Chain) -> None:
    """Let the functions of a stack work on these chains and on no others."""
    secret = f"holdfast/nodes/{uuid4()}"
    stack.aws.client("secretsmanager").create_secret(
        Name=secret, SecretString="\n".join(f"{each.kind.rail} {each.url}" for each in chains)
    )
    with stack.connect() as connection:
        connection.execute(
            "update public.rails set is_open = true where id = any(%s)",
            [[each.kind.rail for each in chains]],
        )
        connection.execute("update public.chain_rules set fee_ceiling = %s", [_FEE_CEILING])
    stack.configure(
        HOLDFAST_EVM_RAILS=",".join(each.kind.rail for each in chains),
        HOLDFAST_EVM_XPUB=deposits_xpub(),
        HOLDFAST_TRON_XPUB=deposits_xpub(coin=195),
        HOLDFAST_EVM_NODE_SECRET=secret,
        **put_in_place(stack.aws.client, *(each.kind for each in chains)),
    )


def put_in_place(client: "Callable[[str], Any]", *kinds: Kind) -> dict[str, str]:
    """Store the key of the hot wallet for chains, for Base by default; the environment of functions
    that sign with it.

    client: makes boto3 clients by service, such as a stack's `aws.client`.
    """
    wallet = account(HOT_WALLET, 0)
    kms = client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    lines = []
    for kind in kinds or (BASE,):
        ciphertext = kms.encrypt(
            KeyId=key_id, Plaintext=wallet.key.secret,
            EncryptionContext=encryption_context(kind.chain_id),
        )["CiphertextBlob"]  # fmt: skip
        lines.append(f"{kind.rail} {base64.b64encode(ciphertext).decode()}")
    name = f"holdfast/hot-wallet/{uuid4()}"
    client("secretsmanager").create_secret(Name=name, SecretString="\n".join(lines))
    return {
        "HOLDFAST_EVM_SIGNER_SECRET": name,
        "HOLDFAST_EVM_KMS_KEY": key_id,
        "HOLDFAST_EVM_HOT_WALLET": wallet.address,
    }
