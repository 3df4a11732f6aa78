"""Operators of tests: one alone is enough, where a test is about something else."""

from stack.cluster import Cluster


def let_operators_act_alone(cluster: Cluster) -> None:
    """No second operator is asked for; tests of the limits set their own."""
    with cluster.connect() as connection:
        connection.execute("update public.operator_limits set above = 1e18 where above > 0")
