"""A function of the wallet dies between its commands, or after them: the client repeats with its
key, no address is lost or given twice, and nothing is sent twice."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import uuid4

import pytest

from functions.payouts.commands import app as payouts_app
from functions.rail_evm.commands import app as deposits_app
from shared.api import Api, lambda_handler
from shared.db import PostgrestDatabase, database
from shared.deposit_addresses import deposit_address, fingerprint
from stack.stand_ins.chain import BRIDGED_USDC
from stack.stand_ins.chain.accounts import deposits_xpub
from tests.world.http.chain import CURRENCY, Scene
from tests.world.http.chain_worker import Killed
from tests.world.http.event import call, event
from tests.world.http.wallet import ADDRESSES, ASKED, Wallet

BEGIN, PLACE = "wallet_deposit_begin", "wallet_deposit_place"
TAKE, BACK = "unmatched_deposit_take", "unmatched_deposit_send_back"
NEW_KEY = 9
When = Literal["before", "after"]


def die() -> None:
    raise Killed


class Books(PostgrestDatabase):
    """Something happens before a command is given, or after its answer came."""

    def __init__(self, scene: Scene, when: When, name: str, happens: Callable[[], None]) -> None:
        stack = scene.desk.stack
        super().__init__(stack.postgrest.url, stack.anon_key, lambda **_: stack.service_key)
        self._when, self._name, self._happens = when, name, happens

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        if (self._when, self._name) == ("before", name):
            self._happens()
        told = super().service_rpc(name, params, repeatable=repeatable)
        if (self._when, self._name) == ("after", name):
            self._happens()
        return told


@dataclass
class Client:
    """Repeats one command with its key."""

    wallet: Wallet
    path: str
    body: Mapping[str, Any]
    app: Api = deposits_app

    def __post_init__(self) -> None:
        self.key = str(uuid4())

    def meets(
        self, when: When, name: str, happens: Callable[[], None] = die
    ) -> dict[str, Any] | None:
        """The answer of a function in this process; None when it died on the way."""
        books = Books(self.wallet.scene, when, name, happens)
        token = self.wallet.scene.desk.stack.token(self.wallet.party, aal="aal2")
        headers = {"authorization": f"Bearer {token}", "idempotency_key": self.key,
                   "content_type": "application/json"}  # fmt: skip
        self.app.dependency_overrides[database] = lambda: books
        try:
            request = event("POST", self.path, json.dumps(self.body), **headers)
            answer = call(lambda_handler(self.app), request)
        except Killed:
            return None
        finally:
            self.app.dependency_overrides.clear()
            books.close()
        assert answer.status in (200, 201), answer.body
        return dict(answer.body)

    def repeats(self) -> dict[str, Any]:
        """The answer, twice the same."""
        first, again = (
            self.wallet.scene.desk.post(self.wallet.party, self.path, self.body, key=self.key)
            for _ in range(2)
        )
        assert first.status in (200, 201), first.body
        assert (again.replayed, again.body) == (True, first.body)
        return dict(first.body)


@pytest.fixture(autouse=True)
def key(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """The functions, here and on the stack, derive from the key of an account."""

    def use(number: int) -> None:
        scene.desk.stack.configure(HOLDFAST_EVM_XPUB=deposits_xpub(number))
        monkeypatch.setenv("HOLDFAST_EVM_XPUB", deposits_xpub(number))

    monkeypatch.setenv("HOLDFAST_EVM_RAILS", "base")
    monkeypatch.setenv("HOLDFAST_EVM_XPUB", deposits_xpub())
    yield use
    use(0)


def kept(wallet: Wallet) -> tuple[str, str, int]:
    """Address, fingerprint of its key and index of the only request of a wallet."""
    (row,) = wallet.scene.rows(
        "select d.address, k.fingerprint, d.address_index from public.deposit_requests as d"
        " join public.deposit_keys as k on k.id = d.key_id where d.party_id = %s", wallet.party,
    )  # fmt: skip
    return row[0], row[1], row[2]


def is_paid_in(wallet: Wallet, address: str) -> None:
    """The address is this wallet's, and what comes there counts once."""
    assert wallet.address() == address
    wallet.pay_in("10")
    assert wallet.balance() == (10, 0)


@pytest.mark.parametrize(
    ("when", "name"), [("before", BEGIN), ("after", BEGIN), ("before", PLACE), ("after", PLACE)]
)
def test_who_asks_where_to_pay_gets_one_address(scene: Scene, when: When, name: str) -> None:
    wallet = Wallet.new(scene)
    client = Client(wallet, ADDRESSES, ASKED)
    assert client.meets(when, name) is None
    address = client.repeats()["address"]
    found, of_key, index = kept(wallet)
    assert (found, of_key) == (address, fingerprint(deposits_xpub()))
    assert deposit_address("evm", deposits_xpub(), index) == address
    is_paid_in(wallet, address)
    other = Wallet.new(scene)
    assert other.address() != address
    scene.check_books()


@pytest.mark.parametrize(("when", "name"), [("after", BEGIN), ("after", PLACE)])
def test_a_key_that_changes_between_death_and_repetition(
    scene: Scene, key: Callable[[int], None], when: When, name: str
) -> None:
    wallet = Wallet.new(scene)
    client = Client(wallet, ADDRESSES, ASKED)
    assert client.meets(when, name) is None
    key(NEW_KEY)
    address = client.repeats()["address"]
    found, of_key, index = kept(wallet)
    # What was shown to nobody is derived anew; what was placed stays.
    xpub = deposits_xpub(NEW_KEY) if name == BEGIN else deposits_xpub()
    assert (found, of_key) == (address, fingerprint(xpub))
    assert deposit_address("evm", xpub, index) == address


def test_a_key_that_changes_between_the_commands_of_one_request(
    scene: Scene, key: Callable[[int], None]
) -> None:
    """Another function already has the new key, and has asked for the same address."""
    wallet = Wallet.new(scene)
    client = Client(wallet, ADDRESSES, ASKED)
    second = Client(wallet, ADDRESSES, ASKED)

    def change() -> None:
        key(NEW_KEY)
        assert second.meets("after", BEGIN) is None
        key(0)

    told = client.meets("after", BEGIN, change)
    assert told is not None
    found, of_key, index = kept(wallet)
    assert (found, of_key) == (told["address"], fingerprint(deposits_xpub()))
    assert deposit_address("evm", deposits_xpub(), index) == told["address"]
    assert second.repeats()["address"] == told["address"]
    is_paid_in(wallet, told["address"])
    scene.check_books()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_withdrawal_leaves_once(scene: Scene, when: When) -> None:
    wallet = Wallet.new(scene)
    wallet.pay_in("100")
    body = {"destination_id": wallet.name_destination(), "currency": CURRENCY, "amount": "50"}
    client = Client(wallet, "/withdrawal-requests", body, payouts_app)
    assert client.meets(when, "withdrawal_request") is None
    assert client.repeats()["amount"] == "50"
    assert wallet.balance() == (Decimal("49.4"), Decimal("50.6"))
    scene.advance(minutes=11)
    scene.paid_out()
    assert wallet.payouts() == [("withdrawal", CURRENCY, "50", "confirmed")]
    assert scene.chain.balance_of(wallet.account.address) == 50
    assert wallet.balance() == (Decimal("49.4"), 0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", [TAKE, BACK])
def test_what_nobody_asked_for_ends_once(scene: Scene, when: When, name: str) -> None:
    wallet = Wallet.new(scene)
    wallet.pay_in("100", BRIDGED_USDC)
    (waits,) = wallet.unmatched()
    path = f"/unmatched-deposits/{waits['id']}"
    client = (
        Client(wallet, f"{path}/take", {}) if name == TAKE
        else Client(wallet, f"{path}/send-back", {"address": wallet.account.address})
    )  # fmt: skip
    assert client.meets(when, name) is None
    client.repeats()
    assert wallet.unmatched() == []
    if name == TAKE:
        assert wallet.balance("USDBC_BASE") == (100, 0)
    else:
        scene.chain.mint(scene.chain.hot_wallet.address, "100", BRIDGED_USDC)
        scene.paid_out()
        assert wallet.payouts() == [("unmatched_deposit", "USDBC_BASE", "99.9", "confirmed")]
        assert scene.chain.balance_of(wallet.account.address, BRIDGED_USDC) == Decimal("99.9")
    assert scene.rows("select * from ledger.verify()") == []
