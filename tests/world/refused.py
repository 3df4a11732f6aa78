"""Expecting a refusal inside a transaction that goes on."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest


@contextlib.contextmanager
def refused(connection: psycopg.Connection[Any], *codes: str) -> Iterator[None]:
    """The block must fail with one of the codes: a slug, an SQLSTATE, or an error's class name.

    What the block did is rolled back; the transaction around it goes on.
    """
    with pytest.raises(psycopg.Error) as caught, connection.transaction():
        yield
    error = caught.value
    said = {error.sqlstate, error.diag.message_primary, error.diag.constraint_name}
    if error.sqlstate == "PGRST":
        # With headers of its own: PostgREST reads code and message from the text.
        answer = json.loads(error.diag.message_primary or "")
        said |= {answer["code"], answer["message"]}
    assert said & set(codes), f"refused with {said}, not {codes}: {error}"
