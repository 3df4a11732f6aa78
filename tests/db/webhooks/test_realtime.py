"""What Realtime is given on a hosted project: the news of a feed, and nothing beside it."""

import psycopg
import pytest

from deploy.policies import PolicyFailed, apply_policies
from stack.cluster import SUPERUSER, Cluster

pytestmark = pytest.mark.commits

PUBLISHED = "select tablename::text from pg_publication_tables where pubname = 'supabase_realtime'"


def test_the_policies_publish_the_head_of_a_feed_and_let_nothing_else_be(database: Cluster) -> None:
    # A project of its own has no such publication, and needs none.
    apply_policies(database.url("postgres"))
    assert database.execute(PUBLISHED) == []
    with database.connect(SUPERUSER) as platform:
        platform.execute("create publication supabase_realtime")
        platform.execute("alter publication supabase_realtime owner to postgres")
    for _ in range(2):
        apply_policies(database.url("postgres"))
        assert database.execute(PUBLISHED) == [("notification_heads",)]

    database.execute("alter publication supabase_realtime add table public.wallets")
    with pytest.raises(PolicyFailed, match=r"Realtime sends more.*public\.wallets"):
        apply_policies(database.url("postgres"))


def test_only_the_own_head_is_seen(database: Cluster) -> None:
    """Realtime asks as the subscriber, with the rights and the policies of the table."""
    with database.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(
            "insert into public.notification_heads select gen_random_uuid(), gen_random_uuid()"
            " from generate_series(1, 2)"
        )
        connection.execute("set local role authenticated")
        seen = connection.execute("select count(*) from public.notification_heads").fetchone()
        assert seen == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from public.notification_heads")
