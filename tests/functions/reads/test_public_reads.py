"""Law 15 for readers: a stranger's questions are short, few at a time, and of no table that
people write; a signed-in reader has places of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from stack.stack import Stack
from tests.world.http.desk import Desk, open_trade

# Waits in the database; a stand-in for a question that is costly in a way nobody thought of.
_SLOW = """
create function public.slow(seconds numeric) returns void language plpgsql volatile as $$
begin perform pg_sleep(seconds); end $$;
grant execute on function public.slow(numeric) to anon, authenticated;
notify pgrst, 'reload schema'
"""
_ANON_TABLES = """
select c.oid::regclass::text from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and has_any_column_privilege('anon', c.oid, 'select')
    and (has_any_column_privilege('authenticated', c.oid, 'insert')
        or has_any_column_privilege('authenticated', c.oid, 'update')
        or exists (
            select from pg_constraint as k, unnest(k.conkey) as number
            where k.conrelid = c.oid and k.contype = 'f'
                and k.confrelid in ('public.parties'::regclass, 'auth.users'::regclass)
                and has_column_privilege('anon', c.oid, number, 'select')
        ))
"""


@pytest.fixture(scope="module")
def slow(stack: Stack) -> Stack:
    with stack.connect() as owner:
        owner.execute(_SLOW)
    stack.postgrest.restart()
    return stack


_HTTP = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None))


def _ask(stack: Stack, path: str, token: str | None = None, method: str = "GET") -> httpx.Response:
    headers = {"apikey": stack.anon_key}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return _HTTP.request(method, stack.rest_url + path, headers=headers)


def test_no_table_that_people_write_is_open_to_strangers(stack: Stack) -> None:
    with stack.connect() as owner:
        assert owner.execute(_ANON_TABLES).fetchall() == []


@pytest.mark.parametrize(
    "path",
    [
        "/p2p_orders?terms=match.(a%2B)%2B%24",
        "/listings?description=ilike.*a*b*c*",
        "/guilds?description=imatch.x",
        "/p2p_ratings?comment=match.x",
        "/trader_profiles?display_name=ilike.*a*",
        "/price_history?source=match.x",
        "/profiles",
        "/parties",
    ],
)
def test_a_stranger_may_not_filter_what_people_wrote(stack: Stack, path: str) -> None:
    answer = _ask(stack, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "42501")


def test_what_a_stranger_may_know_is_asked_of_functions(desk: Desk) -> None:
    stack, trade = desk.stack, open_trade(desk)
    order = str(trade.order_id)
    line = _ask(stack, f"/rpc/p2p_order?order_id={order}").json()
    assert [each["id"] for each in line] == [order]
    assert isinstance(line[0]["price"], str)
    assert _ask(stack, f"/rpc/trader?party_id={trade.seller}").json()[0]["volume"] == "0"
    empty = ("p2p_order?order_id", "listing?listing_id", "guild?guild_id", "trader?party_id")
    for name in (*empty, "trader_ratings?party_id"):
        answer = _ask(stack, f"/rpc/{name}={uuid4()}")
        assert (answer.status_code, answer.json()) == (200, [])
    lines = _ask(stack, "/rpc/price_lines?cryptocurrency=BTC&fiat_currency=USD&page_size=100000")
    assert lines.status_code == 200
    assert len(lines.json()) <= 500


def test_a_stranger_s_question_ends_after_half_a_second(slow: Stack) -> None:
    answer = _ask(slow, "/rpc/slow?seconds=20")
    assert answer.json()["code"] == "57014"
    reader = slow.token(slow.create_user())
    assert _ask(slow, "/rpc/slow?seconds=1", reader).status_code == 204
    assert _ask(slow, "/rpc/slow?seconds=20", reader).json()["code"] == "57014"


def _at_once(stack: Stack, count: int, seconds: str, token: str | None) -> list[int]:
    found: list[int] = []
    together = threading.Barrier(count)

    def ask() -> None:
        together.wait()
        found.append(_ask(stack, f"/rpc/slow?seconds={seconds}", token).status_code)

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


def test_strangers_share_four_places_and_take_no_others(slow: Stack) -> None:
    # Sixteen connections are PostgREST's own here: without places, strangers would have them all.
    strangers = threading.Thread(target=_at_once, args=(slow, 64, "0.4", None))
    strangers.start()
    reader = slow.token(slow.create_user())
    assert _ask(slow, "/rpc/slow?seconds=0", reader).status_code == 204
    strangers.join()
    answers = _at_once(slow, 12, "0.4", None)
    assert answers.count(204) >= 4
    assert answers.count(429) >= 1
    assert set(answers) == {204, 429}


def test_one_reader_takes_no_place_of_another(slow: Stack) -> None:
    greedy, other = slow.token(slow.create_user()), slow.token(slow.create_user())
    busy = threading.Thread(target=_at_once, args=(slow, 12, "2", greedy))
    busy.start()
    assert _ask(slow, "/rpc/slow?seconds=0", other).status_code == 204
    busy.join()
    answers = _at_once(slow, 12, "2", greedy)
    assert answers.count(204) >= 6
    assert answers.count(429) >= 1


def _messages(stack: Stack, count: int) -> set[str | None]:
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda _: _ask(stack, "/rpc/slow?seconds=0.4"), range(count)))
    return {each.json()["message"] if each.content else None for each in answers}


def test_a_refused_question_says_so_in_the_same_words_as_a_command(slow: Stack) -> None:
    assert _messages(slow, 24) == {None, "too_many_requests"}
