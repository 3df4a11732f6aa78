"""One document of all functions, which says how to ask and how refusals look."""

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel

from shared.api import Routes, make_app
from shared.body import Body
from shared.caller import Caller
from shared.idempotency import IdempotencyKey
from shared.money import PositiveAmount
from shared.openapi import OpenApiConflict, openapi

trades = Routes()
hooks = Routes()
SIGNED_BY = {"stripe-signature": "Of Stripe."}


class Payment(Body):
    amount: PositiveAmount


class Paid(BaseModel):
    state: str


@trades.post("/escrows/<trade_id>/pay", summary="Pay a trade")
def pay(trade_id: str, body: Payment, caller: Caller, key: IdempotencyKey) -> Paid:
    return Paid(state=f"{trade_id}{body}{caller}{key}")


@trades.get("/escrows/<trade_id>")
def read(trade_id: str) -> Paid:
    return Paid(state=trade_id)


@hooks.post("/webhooks/stripe")
def stripe() -> dict[str, str]:
    return {}


def test_the_document_is_valid_and_complete() -> None:
    document = openapi(
        [make_app(trades), make_app(hooks, signed_by={"stripe-signature": "Of Stripe."})]
    )

    validate(document)
    assert document["info"]["title"] == "Holdfast"
    assert document["security"] == [{"bearer": []}]
    pay = document["paths"]["/escrows/{trade_id}/pay"]["post"]
    assert [each["name"] for each in pay["parameters"]] == ["trade_id", "Idempotency-Key"]
    assert "Idempotency-Replayed" in pay["responses"]["200"]["headers"]
    assert set(pay["responses"]) == {"200", "default"}
    problem = pay["responses"]["default"]["content"]["application/problem+json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    amount = document["components"]["schemas"]["Payment"]["properties"]["amount"]
    assert amount["type"] == "string"
    assert "ValidationError" not in document["components"]["schemas"]


def test_reading_needs_no_key_and_a_webhook_no_token() -> None:
    document = openapi(
        [make_app(trades), make_app(hooks, signed_by={"stripe-signature": "Of Stripe."})]
    )

    read = document["paths"]["/escrows/{trade_id}"]["get"]
    assert [each["name"] for each in read["parameters"]] == ["trade_id"]
    hook = document["paths"]["/webhooks/stripe"]["post"]
    assert hook["security"] == []
    assert [(each["name"], each["required"]) for each in hook["parameters"]] == [
        ("stripe-signature", True)
    ]
    assert hook["requestBody"]["required"]


def test_a_path_belongs_to_one_function() -> None:
    with pytest.raises(OpenApiConflict, match="pay"):
        openapi([make_app(trades), make_app(trades)])


def test_a_schema_name_has_one_shape() -> None:
    other = Routes()
    shape = type("Paid", (BaseModel,), {"__annotations__": {"other": int}})

    def read() -> object:
        return shape()

    read.__annotations__["return"] = shape
    other.get("/other")(read)

    with pytest.raises(OpenApiConflict, match="Paid"):
        openapi([make_app(trades), make_app(other)])
