"""The answers in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel


def answers(model: type[BaseModel], description: str, status: int = 200) -> Any:
    """The `responses` of a route. For the document only: what the database has committed
    is answered as it is."""
    return {status: {"description": description, "content": {"application/json": {"model": model}}}}
