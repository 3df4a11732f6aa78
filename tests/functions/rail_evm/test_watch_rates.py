"""How often an address is looked at: while it is new or used, each time; after that once a day, for
ever. What that costs does not grow with the old ones."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stack.stand_ins.loopback import Received
from tests.world.http.chain import FINAL, Scene
from tests.world.http.wallet import ADDRESSES, ASKED, Wallet

_OLD = (
    "insert into public.deposit_requests (id, purpose, reference_id, party_id, rail, currency,"
    " key_id, address_index, address, requested_by, created_at, active_until)"
    " select gen_random_uuid(), 'escrow', gen_random_uuid(), p.id, 'base', 'USDC_BASE', k.id,"
    " 100000 + n, '0x' || md5(n::text) || '00000000', p.id, private.clock() - interval '1 year',"
    " private.clock() - interval '1 day'"
    " from generate_series(1, 1100) as n, (select id from public.profiles limit 1) as p,"
    " (select id from public.deposit_keys limit 1) as k"
)


@contextmanager
def asked(scene: Scene) -> Iterator[list[Any]]:
    """The filters of logs that the node is asked for meanwhile."""
    filters: list[Any] = []

    def note(request: Received) -> None:
        calls = json.loads(request.body)
        for each in calls if isinstance(calls, list) else [calls]:
            if each["method"] == "eth_getLogs":
                filters.append(each["params"][0])

    scene.chain.node.choose(note)
    yield filters
    scene.chain.node.choose(lambda _: None)


def paid(wallet: Wallet, address: str, amount: str) -> None:
    """Money that is final and was looked for."""
    chain = wallet.scene.chain
    chain.mint(wallet.account.address, amount)
    chain.transfer(wallet.account, address, amount)
    wallet.scene.settle()


def test_complaint_2_an_address_is_paid_400_days_later(scene: Scene) -> None:
    wallet = Wallet.new(scene)
    address = wallet.address()
    scene.advance(days=400)
    scene.watch()
    paid(wallet, address, "10")
    assert wallet.balance() == (0, 0)
    scene.advance(hours=25)
    scene.watch()
    assert wallet.balance() == (10, 0)
    # It is used again, so the next payment is seen at once.
    paid(wallet, address, "5")
    assert wallet.balance() == (15, 0)
    assert scene.rows("select * from ledger.verify()") == []


def test_who_asks_for_an_old_address_again_waits_for_nothing(scene: Scene) -> None:
    wallet = Wallet.new(scene)
    address = wallet.address()
    scene.advance(days=31)
    scene.watch()
    assert scene.desk.done(wallet.party, ADDRESSES, ASKED)["address"] == address
    paid(wallet, address, "7")
    assert wallet.balance() == (7, 0)


def test_money_of_many_days_without_a_look_is_found(scene: Scene) -> None:
    wallet = Wallet.new(scene)
    address = wallet.address()
    scene.advance(days=31)
    scene.chain.mint(wallet.account.address, "9")
    scene.chain.transfer(wallet.account, address, "9")
    scene.chain.mine(1200)
    scene.watch()
    scene.watch()
    assert wallet.balance() == (9, 0)
    assert scene.one("select count(distinct block_number) from public.chain_slices") == 1


def test_a_look_does_not_grow_with_old_addresses(scene: Scene) -> None:
    wallet = Wallet.new(scene)
    wallet.address()
    scene.watch()
    scene.change(_OLD)
    with asked(scene) as filters:
        scene.chain.mine()
        scene.watch()
    assert len(filters) == 1
    active = scene.one(
        "select count(*) from public.deposit_requests where active_until > private.clock()"
    )
    assert len(filters[0]["topics"][2]) == active < 100
    # Once a day each of them is asked about, once.
    scene.advance(hours=25)
    scene.chain.mine(FINAL)
    with asked(scene) as filters:
        scene.watch()
    of_slices = [each for each in filters if len(each["topics"][2]) < 100]
    told = [topic for each in of_slices for topic in each["topics"][2]]
    assert len([each for each in told if each.endswith("00000000")]) == 1100


def test_a_node_that_refuses_long_answers_is_asked_for_fewer_blocks(scene: Scene) -> None:
    wallet = Wallet.new(scene)
    address = wallet.address()
    scene.advance(days=31)
    scene.watch()
    scene.chain.mint(wallet.account.address, "3")
    scene.chain.transfer(wallet.account, address, "3")
    scene.chain.mine(40)
    scene.watch()
    scene.advance(hours=25)
    scene.chain.node.most_blocks(10)
    scene.watch()
    assert wallet.balance() == (3, 0)
