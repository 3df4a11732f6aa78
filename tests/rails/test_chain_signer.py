"""The hot wallet's key: opened by KMS for a signature, and shown to nobody."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from functions.rail_evm.node import Node
from functions.rail_evm.signer import Signer, SigningFailed, configured_signer
from functions.rail_evm.transaction import Transaction, transfer_data
from shared.settings import SettingsError
from stack.aws import CREDENTIALS, Aws
from stack.stand_ins.chain import BASE, CHAIN_ID, USDC, Chain
from stack.stand_ins.chain.accounts import HOT_WALLET, account
from stack.stand_ins.chain.hot_wallet import put_in_place

WALLET = account(HOT_WALLET, 0)
TRANSACTION = Transaction(
    CHAIN_ID, 0, 10**9, 10**10, 100_000, USDC, transfer_data(WALLET.address, Decimal(1), 6)
)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    aws = Aws("", {})
    yield aws
    aws.stop()


@pytest.fixture(scope="module")
def variables(aws: Aws) -> dict[str, str]:
    return {**CREDENTIALS, "AWS_ENDPOINT_URL": aws.endpoint, **put_in_place(aws.client)}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> dict[str, str]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def _signer(aws: Aws, environment: dict[str, str], plaintext: bytes = WALLET.key.secret) -> Signer:
    """A signer whose ciphertext holds something else."""
    kms = aws.client("kms")
    key_id = environment["HOLDFAST_EVM_KMS_KEY"]
    context = {"purpose": "holdfast:evm:hot_wallet", "chain_id": str(CHAIN_ID)}
    ciphertext = kms.encrypt(KeyId=key_id, Plaintext=plaintext, EncryptionContext=context)
    return Signer(
        kms,
        key_id=key_id,
        ciphertext=ciphertext["CiphertextBlob"],
        address=WALLET.address,
        chain_id=CHAIN_ID,
    )


@pytest.mark.usefixtures("environment")
def test_the_chain_takes_what_it_signs(chain: Chain, node: Node) -> None:
    payee = chain.person()
    chain.give_ether(WALLET.address)
    chain.mint(WALLET.address, "10")
    data = transfer_data(payee.address, Decimal("1.25"), 6)

    signed = configured_signer("base", CHAIN_ID).sign(
        Transaction(CHAIN_ID, 0, 10**9, 10**10, 100_000, USDC, data)
    )
    node.send(signed)
    chain.receipt(signed.hash)

    assert chain.balance_of(payee.address) == Decimal("1.25")


@pytest.mark.usefixtures("environment")
def test_the_key_is_shown_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    signer = configured_signer("base", CHAIN_ID)
    signed = signer.sign(TRANSACTION)

    secret = WALLET.key.secret
    kept = repr(signer) + repr(vars(signer)) + repr(signed) + caplog.text
    shown = [
        secret.hex(),
        base64.b64encode(secret).decode(),
        repr(secret),
        str(WALLET.key.to_int()),
    ]
    assert not [each for each in shown if each in kept]
    assert signed == WALLET.sign(TRANSACTION)


def test_a_ciphertext_of_another_context_is_not_opened(
    aws: Aws, environment: dict[str, str]
) -> None:
    other = put_in_place(aws.client, replace(BASE, chain_id=1))
    stored = aws.client("secretsmanager").get_secret_value(
        SecretId=other["HOLDFAST_EVM_SIGNER_SECRET"]
    )
    signer = Signer(
        aws.client("kms"),
        key_id=other["HOLDFAST_EVM_KMS_KEY"],
        ciphertext=base64.b64decode(stored["SecretString"].split()[1]),
        address=WALLET.address,
        chain_id=CHAIN_ID,
    )

    with pytest.raises(SigningFailed):
        signer.sign(TRANSACTION)


@pytest.mark.parametrize(
    "plaintext",
    [account(HOT_WALLET, 1).key.secret, b"\x01" * 31, b"\x01" * 33, bytes(32), b"\xff" * 32],
    ids=["another address", "short", "long", "zero", "too large"],
)
def test_another_plaintext_signs_nothing(
    aws: Aws, environment: dict[str, str], plaintext: bytes
) -> None:
    with pytest.raises(SigningFailed):
        _signer(aws, environment, plaintext).sign(TRANSACTION)


def test_another_chain_is_refused(aws: Aws, environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="another chain"):
        _signer(aws, environment).sign(Transaction(1, 0, 1, 1, 1, USDC))


@pytest.mark.parametrize("name", ["SIGNER_SECRET", "KMS_KEY", "HOT_WALLET"])
@pytest.mark.usefixtures("environment")
def test_a_missing_variable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(f"HOLDFAST_EVM_{name}")

    with pytest.raises(SettingsError, match=name):
        configured_signer("base", CHAIN_ID)
