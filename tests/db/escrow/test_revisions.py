"""A revision gives the work back to who performs: a new clock, as often as the policy allows."""

from tests.world.refused import refused
from tests.world.trades import funded
from tests.world.world import World


def test_a_revision_undoes_the_performance_and_runs_out(world: World) -> None:
    escrow = funded(world, "market_service")
    performed = "select performed_at is not null, revision_count from private.escrow_transactions"
    for count in (1, 2):
        escrow.commit("perform", "payee")
        assert world.rows(performed) == [(True, count - 1)]
        assert escrow.commit("request_revision", "payer")["state"] == "funded"
        assert world.rows(performed) == [(False, count)]
    escrow.commit("perform", "payee")
    with refused(world.connection, "no_revisions_left"):
        escrow.commit("request_revision", "payer")
