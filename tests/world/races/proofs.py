"""What must be true however a race ended."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from tests.world.races.commands import Said
from tests.world.races.market import Market

_GAPS = """
select e.id, e.version, array_agg(v.version order by v.version)
from private.escrow_transactions as e
left join private.escrow_events as v on v.escrow_id = e.id
group by e.id
having array_agg(v.version order by v.version)
    is distinct from (select array_agg(n) from generate_series(1, e.version) as n)
"""

# Money leaves the hold of an escrow once, whole, in one transfer, when it has ended.
_SETTLED = """
select e.id, e.state::text, count(distinct l.transfer_id), coalesce(sum(l.amount), 0)::text
from private.escrow_transactions as e
left join public.ledger_entries as l on l.hold_id = e.id and l.bucket = 'locked' and l.amount < 0
group by e.id
having count(l.id) <> (e.state in ('released', 'refunded', 'split'))::integer
    or coalesce(sum(l.amount), 0)
    <> case when e.state in ('released', 'refunded', 'split') then -e.amount else 0 end
"""

_BY_PEOPLE = """
select escrow_id::text, version, event from private.escrow_events
where actor_id is not null and escrow_id = any (%s)
"""


def prove(market: Market) -> None:
    """Books, histories and settlements of everything in the database."""
    assert market.problems() == []
    assert market.rows(_GAPS) == []
    assert market.rows(_SETTLED) == []


def prove_told(market: Market, trades: list[UUID], said: Iterable[Said]) -> None:
    """What people did to the trades is what they were told, each thing once.

    said: every answer that anybody got, takes included.
    """
    told = [_event(each) for each in said if each.done and not each.replayed]
    assert sorted(told) == sorted(market.rows(_BY_PEOPLE, trades))


def _event(said: Said) -> tuple[Any, ...]:
    body = said.body
    if "trade_id" in body:
        return body["trade_id"], body["version"], "take"
    return body["escrow_id"], body["version"], body["event"]
