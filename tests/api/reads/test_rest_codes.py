"""docs/errors.md says of each code of Postgres what PostgREST makes of it, to whoever asks."""

from uuid import uuid4

import httpx
import pytest

from stack.stack import Stack
from tests.world.error_page import statuses

_RAISES = """
create function public.raises(code text) returns void language plpgsql as $$
begin
    raise exception using errcode = code, message = 'raised';
end
$$;
grant execute on function public.raises(text) to anon, authenticated;
"""
_OF_POSTGRES = sorted(code for code in statuses() if not code.islower() and len(code) == 5)


@pytest.fixture(scope="module")
def raising(stack: Stack) -> Stack:
    with stack.connect() as owner:
        owner.execute(_RAISES)
    stack.postgrest.restart()
    return stack


@pytest.mark.parametrize("code", _OF_POSTGRES)
def test_the_page_has_the_status_of_each(raising: Stack, http: httpx.Client, code: str) -> None:
    url = f"{raising.rest_url}/rpc/raises"
    token = {"Authorization": f"Bearer {raising.token(uuid4())}"}
    answers = [http.post(url, json={"code": code}, headers=each) for each in ({}, token)]
    assert {each.json()["code"] for each in answers} == {code}
    assert {each.status_code for each in answers} == statuses()[code]


def test_there_are_some() -> None:
    assert len(_OF_POSTGRES) >= 25
