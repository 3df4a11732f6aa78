"""Addresses that are watched, and what the provider says of them."""

from typing import Any, Protocol
from uuid import UUID, uuid4

from tests.world.world import World

CLEAR, HIT, OTHER_HIT = "0" * 64, "1" * 64, "2" * 64


class Door(Protocol):
    """Gives commands of schema service."""

    def service_rpc(self, name: str, params: dict[str, Any]) -> Any: ...


def all_clear(door: Door) -> None:
    """The provider is asked about every address that is due, and has nothing against it."""
    for claimed in door.service_rpc("screenings_due", {"max_rows": 500}):
        command = {**claimed, "provider": "test", "result": "clear", "document_hash": CLEAR,
                   "categories": []}  # fmt: skip
        door.service_rpc("screening_record", {"command": command})


def address() -> str:
    return f"0x{uuid4().hex}{'a' * 8}"


def watch(world: World, where: str, party: UUID, reason: str = "payout") -> str:
    """What is known of the address when it begins to be watched."""
    found: str = world.one("select private.watch_address('base', %s, %s, %s)", where, party, reason)
    return found


def known(world: World, where: str) -> str:
    found: str = world.one("select private.address_is_clear('base', %s, private.clock())", where)
    return found


def due(world: World, where: str) -> dict[str, Any] | None:
    """The claim of one address, among all that are due."""
    with world.acting("service_role"):
        claimed = world.one("select service.screenings_due(500)")
    return next((each for each in claimed if each["address"] == where), None)


def record(world: World, claim: dict[str, Any], result: str, **fields: Any) -> dict[str, Any]:
    """What becomes of an answer of the provider."""
    hash_ = {"clear": CLEAR, "hit": HIT, "unknown": None}[result]
    categories = ["sanctions"] if result == "hit" else []
    command = {**claim, "provider": "test", "result": result, "document_hash": hash_,
               "categories": categories, **fields}  # fmt: skip
    answer: dict[str, Any] = world.call("screening_record", command)
    return answer


def screened(world: World, where: str, result: str, **fields: Any) -> dict[str, Any]:
    """Claim and record."""
    claim = due(world, where)
    assert claim
    return record(world, claim, result, **fields)


def cleared(world: World, hit: Any, **fields: Any) -> dict[str, Any]:
    """An operator says that a hit is none."""
    answer: dict[str, Any] = world.command(
        "screening_clear",
        **{"screening_id": hit, "reason": "another person of that name", "aal": "aal2",
           "actor_id": world.operator} | fields,
    )  # fmt: skip
    return answer


def warned_of(world: World) -> UUID:
    """Somebody of whose address the provider warned, and whom an operator cleared."""
    made, where = world.user("warned of"), address()
    watch(world, where, made)
    screened(world, where, "hit")
    cleared(world, world.one("select private.standing_hit('base', %s)", where))
    return made
