"""Commands as the functions handle them: snapshot, decide, commit; each part compared."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from functions.escrow.decide import decide
from functions.escrow.decision import Command, Decision
from functions.escrow.snapshot import parse_snapshot
from shared.errors import Problem
from tests.model.choose_move import FLAWS_OF_PAYLOAD, person, rightful, weight
from tests.model.episode import Episode
from tests.model.model_db import Refused
from tests.model.money import ZERO
from tests.model.moves import MOVES, PARTIES
from tests.model.proposal import parts, payload, some_part
from tests.model.rule_parts import other
from tests.model.takings import fitted, taken_as
from tests.model.things import Escrow, Offer
from tests.model.validate import AMOUNTS, roles, validate
from tests.model.views import Difference, typed
from tests.model.world import Body, World

# The words of the API and the event whose payload they carry.
WORDS = {
    "mark-paid": "perform", "release": "accept", "concede": "concede", "cancel": "cancel",
    "offer-split": "offer_split", "withdraw-offer": "withdraw_offer",
    "accept-split": "accept_split", "request-revision": "request_revision",
    "dispute": "dispute", "statement": "statement", "evidence": "evidence",
    "acknowledge": "acknowledge", "decide": "decide", "approve-decision": "approve_decision",
    "reject-decision": "reject_decision", "accept-decision": "accept_decision",
    "appeal": "appeal", "assign": "assign", "freeze": "freeze", "unfreeze": "unfreeze",
    "sign": "sign", "fund": "fund", "deliver": "perform",
    "funds-confirmed": "funds_confirmed", "funds-mismatch": "funds_mismatch",
    "top-up": "top_up", "propose-partial": "propose_partial",
    "accept-partial": "accept_partial", "return-funds": "return_funds",
    "rail-take": "rail_return", "rail-restore": "rail_restore",
}  # fmt: skip
# Each product has a word of its own for it; the other's is refused before anything is asked.
_PERFORMS = {"p2p": "mark-paid", "market": "deliver"}
COMPARED = ("expected_version", "event", "actor_kind", "deadline_at", "expires_at", *AMOUNTS)


def word(episode: Episode) -> None:
    """One word of the API by somebody, from reading the escrow to the committed answer."""
    world, random = episode.world, episode.random
    running = [escrow for escrow in world.escrows.values() if escrow.live]
    if not running:
        return
    escrow = random.choice(running)
    chosen = _pick_word(episode, escrow)
    if chosen in _PERFORMS.values():
        chosen = _PERFORMS[escrow.product]
    kind, user = _pick_actor(episode, escrow, chosen)
    given = _payload(episode, escrow, chosen, kind)
    try:
        snapshot = episode.database.snapshot(escrow.id, kind, user)
    except Refused as refusal:
        if refusal.code != "escrow_not_found" or sees(world, escrow, user):
            raise Difference(f"{user} reads {escrow.id}: {refusal.code}") from refusal
        episode.tally.refused[refusal.code] += 1
        return
    if kind == "user" and not sees(world, escrow, user):
        raise Difference(f"{user} may not see {escrow}")
    wanted = intended(episode, escrow, chosen, given, kind, user)
    key = uuid4().hex if kind == "user" else None
    command = Command(chosen, given, key, key)
    try:
        read = parse_snapshot(snapshot)
        decision = decide(read, command, read.now)
    except Problem as problem:
        faults = validate(world, wanted).faults | _unseen(
            world, escrow, roles(world, escrow, kind, user), wanted["event"]
        )
        if problem.slug not in faults:
            raise episode.differs(f"decide {chosen}", wanted, problem.slug, faults) from problem
        episode.tally.refused[problem.slug] += 1
        return
    same_decision(episode, chosen, decision, wanted)
    carried = {name: _uuid(value) for name, value in decision.payload.items()}
    body = {**wanted, "idempotency_key": key, "request_hash": key, "payload": carried}
    episode.give("escrow_commit", body | {"aal": decision.aal})


def _unseen(world: World, escrow: Escrow, mine: set[str], event: str) -> set[str]:
    """A function is shown standing offers only: it withdraws no dead one."""
    standing = any(
        escrow.open_offer(role, kind, world.now) for role in mine for kind in ("split", "partial")
    )
    return {"offer_not_open"} if event == "withdraw_offer" and not standing else set()


def same_decision(episode: Episode, chosen: str, decision: Decision, wanted: Body) -> None:
    sent = decision.to_json()
    for name in COMPARED:
        if typed(sent[name], wanted.get(name)) != wanted.get(name):
            raise episode.differs(f"decide {chosen}: {name}", wanted, sent[name], wanted.get(name))


def _uuid(value: Any) -> Any:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        return value


def _pick_word(episode: Episode, escrow: Escrow) -> str:
    moves = MOVES[escrow.state, escrow.phase]
    fitting = [chosen for chosen, event in WORDS.items() if event in moves]
    if not fitting or episode.random.random() < 0.15:
        return episode.random.choice(list(WORDS))
    weights = [weight(episode.world, escrow, WORDS[chosen]) for chosen in fitting]
    return episode.random.choices(fitting, weights)[0]


def _pick_actor(episode: Episode, escrow: Escrow, chosen: str) -> tuple[str, UUID | None]:
    random = episode.random
    move = MOVES[escrow.state, escrow.phase].get(WORDS[chosen])
    if move is None or random.random() < 0.15:
        return "user", random.choice(episode.world.people.users)
    kind, user = person(episode.world, random, escrow, random.choice(sorted(move.actors)))
    return ("rail", None) if kind in ("system", "timer") else (kind, user)


def _payload(episode: Episode, escrow: Escrow, chosen: str, kind: str) -> dict[str, Any]:
    role = "operator" if kind == "user" else kind
    random = episode.random
    if chosen == "offer-split":
        return {"payee_amount": some_part(random, escrow)}
    if chosen == "accept-split":
        ids = [offer.id for offer in escrow.offers if offer.id is not None]
        return {"offer_id": random.choice(ids) if ids else UUID(int=7)}
    given = payload(episode.world, random, escrow, _taken_as(escrow, chosen), role)
    if random.random() < 0.1:
        d: Body = {"payload": given}
        FLAWS_OF_PAYLOAD(random, d, escrow)
        if None not in d["payload"].values():
            return dict(d["payload"])
    return given


def sees(world: World, escrow: Escrow, user: UUID | None) -> bool:
    """Who may read an escrow: its sides and theirs, its arbiters, operators."""
    if user is None:
        return True
    people = world.people
    if people.belongs_to(user, escrow.payer) or people.belongs_to(user, escrow.payee):
        return True
    if user in people.staff("operator"):
        return True
    if user not in people.staff("arbiter"):
        return False
    if escrow.phase == "approve" and "second_arbiter" in roles(world, escrow, "user", user):
        return True
    return any(file.arbiter == user for file in escrow.disputes)


def intended(
    episode: Episode, escrow: Escrow, chosen: str, given: dict[str, Any],
    kind: str, user: UUID | None,
) -> Body:  # fmt: skip
    """The decision that the word must become, whether it is right or not."""
    world = episode.world
    mine = roles(world, escrow, kind, user)
    side = min(mine & PARTIES, default=None)
    event, gross = _event(world, escrow, chosen, given, side)
    role = side or min(mine, default="")
    d = rightful(world, episode.random, escrow, event, kind, user, role)
    if chosen == "rail-take" and isinstance(given.get("amount"), Decimal):
        given = fitted(world, escrow, given)
    d |= {"payload": given, "aal": "aal2" if kind == "user" else None}
    if event == "offer_split":
        d["payload"] = {"payee_amount": gross}
    if event == "accept_split" and gross is not None:
        standing = escrow.open_offer(other(side or ""), "split", world.now)
        d |= parts(escrow, gross)
        d["payload"] = {"offer_id": standing.id if standing else None}
    return d


def _event(
    world: World, escrow: Escrow, chosen: str, given: dict[str, Any], side: str | None
) -> tuple[str, Decimal | None]:
    if chosen == "cancel" and escrow.state not in ("proposed", "awaiting_funds"):
        return _offer_or_accept(world, escrow, ZERO, side)
    if chosen == "offer-split":
        return _offer_or_accept(world, escrow, given["payee_amount"], side)
    if chosen == "accept-split":
        standing = escrow.open_offer(other(side), "split", world.now) if side else None
        named = standing is not None and standing.id == given["offer_id"]
        return "accept_split", standing.payee_amount if standing and named else None
    if chosen == "rail-take" and (escrow.state, escrow.phase) in MOVES:
        return taken_as(world, escrow, given), None
    return _second_of_two(escrow, chosen, side), None


def _offer_or_accept(
    world: World, escrow: Escrow, gross: Decimal, side: str | None
) -> tuple[str, Decimal | None]:
    """An offer at least as good as what one would offer is accepted on its own terms."""
    standing = escrow.open_offer(other(side), "split", world.now) if side else None
    if standing is not None and _as_good(standing, gross):
        return "accept_split", standing.payee_amount
    return "offer_split", gross


def _as_good(standing: Offer, gross: Decimal) -> bool:
    assert standing.payee_amount is not None
    if standing.author == "payer":
        return standing.payee_amount >= gross
    return standing.payee_amount <= gross


def _second_of_two(escrow: Escrow, chosen: str, side: str | None) -> str:
    """Words whose event depends on what was done before."""
    file = escrow.dispute if escrow.state in ("disputed", "decided") else None
    if chosen == "sign" and escrow.signed_by:
        return "countersign"
    if chosen == "statement" and file and file.statements and side not in file.statements:
        return "statement_reply"
    if chosen == "accept-decision" and file and file.accepted_by and side not in file.accepted_by:
        return "settle_decision"
    if chosen == "decide" and escrow.amount > escrow.policy.second_above:
        return "propose_decision"
    return _taken_as(escrow, chosen)


def _taken_as(escrow: Escrow, chosen: str) -> str:
    """The event of a word, if it does not depend on what the word says."""
    if chosen == "rail-take" and escrow.state == "funding_exception":
        return "rail_take"
    return WORDS[chosen]
