"""How much of what waits is read: what is new, and not all of it again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from functions.rail_bitcoin import mempool
from functions.rail_bitcoin.mempool import MOST_READ, Mempool
from functions.rail_bitcoin.settings import Chain
from shared.coin_address import BITCOIN

CHAIN = Chain("bitcoin", 1, "00" * 32, 0, "BTC", BITCOIN)
SEEN = [{"transaction_hash": "x", "spends": ["y:0"]}]


class Gone(Exception):
    """The database is."""


@dataclass
class Looking:
    """Database, node and reader of a mempool, all in one. read: how much was in each look."""

    waits: list[str]
    wanted: bool = True
    seen: Sequence[dict[str, Any]] = ()
    fails: bool = False
    asked: int = 0
    read: list[int] = field(default_factory=list)
    moves: list[Any] = field(default_factory=list)

    def mempool(self) -> Mempool:
        me = cast("Any", self)
        return Mempool(me, me, CHAIN, me)

    def service_rpc(self, name: str, params: dict[str, Any], **_: bool) -> Any:
        if name == "mempool_due":
            return {"wanted": self.wanted, "seen": self.seen}
        if self.fails:
            raise Gone
        self.moves.append(params["look"]["moves"])
        return 1

    def waiting(self) -> list[str]:
        self.asked += 1
        return list(self.waits)

    def waiting_transactions(self, txids: Sequence[str]) -> list[Any]:
        self.read.append(len(txids))
        return []

    def known(self, transactions: Iterable[Any]) -> Iterator[Any]:
        return iter(())

    def height(self) -> int:
        return 7

    def are_unspent(self, outputs: Sequence[tuple[str, int]]) -> bool:
        return outputs != [("y", 0)]


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has read nothing; each look is allowed."""
    monkeypatch.setattr(mempool, "_read", {})
    monkeypatch.setattr(mempool, "EVERY_SECONDS", 0.0)


def test_what_was_read_is_not_read_again_by_the_next_run() -> None:
    there = Looking(["a", "b"])
    there.mempool().look(7)
    there.waits.append("c")
    there.mempool().look(7)
    assert there.read == [2, 1]


def test_what_came_back_is_read_again() -> None:
    there = Looking(["a"])
    looks = there.mempool()
    looks.look(7)
    there.waits = []
    looks.look(7)
    there.waits = ["a"]
    looks.look(7)
    assert there.read == [1, 0, 1]


def test_a_full_list_is_passed_over_at_first() -> None:
    there = Looking([f"{n:05}" for n in range(MOST_READ + 1)])
    looks = there.mempool()
    looks.look(7)
    there.waits.append("new")
    looks.look(7)
    assert there.read == [0, 1]


def test_what_could_not_be_kept_is_read_again() -> None:
    there = Looking(["a"], seen=SEEN, fails=True)
    looks = there.mempool()
    with pytest.raises(Gone):
        looks.look(7)
    there.fails = False
    looks.look(7)
    looks.look(7)
    assert there.read == [1, 1, 0]


def test_nobody_is_asked_while_nobody_pays() -> None:
    there = Looking(["a"], wanted=False)
    assert there.mempool().look(7) == 0
    assert there.asked == 0


def test_nothing_is_gone_while_a_block_is_unread() -> None:
    there = Looking([], seen=SEEN)
    looks = there.mempool()
    looks.look(6)
    assert there.moves == []
    looks.look(7)
    assert there.moves == [[{"transaction_hash": "x", "state": "conflicted"}]]


def test_a_run_does_not_look_each_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mempool, "EVERY_SECONDS", 10.0)
    there = Looking(["a"])
    looks = there.mempool()
    looks.look(7)
    looks.look(7)
    assert there.asked == 1
