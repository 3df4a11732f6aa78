"""Decision 0041: the register tells products of their escrows, and fails closed."""

import pytest
from psycopg.errors import CaseNotFound

from tests.world.trades import p2p_trade
from tests.world.world import World

_FORGOTTEN = """
create or replace function private.escrow_moved(
    p_product public.escrow_product, p_changes private.escrow_change[]
) returns void language plpgsql as $$
begin
    case p_product when 'market' then perform private.market_escrow_moved(p_changes); end case;
end
$$
"""


def test_a_product_without_a_line_moves_no_escrow(world: World) -> None:
    trade = p2p_trade(world)
    world.run(_FORGOTTEN)
    before = trade.place
    with pytest.raises(CaseNotFound):  # noqa: SIM117
        with world.connection.transaction():
            trade.commit("perform", "payee")
    assert trade.place == before
