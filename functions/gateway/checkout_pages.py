"""Pages: an invoice, for whoever has its address; nobody is signed in."""

import json
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.db import database
from shared.errors import NotFound
from web.qr import svg_of
from web.site import SCRIPTED, PageRoutes
from web.visit import Visit, Visitor

from . import checkout_rules as rules
from .methods import open_method
from .paths import Color, Currency, Token
from .payment_uris import leads_with_uri, payment_uri

routes = PageRoutes()
# A page in a cache is a page of the past.
_STATUS = ("status", "exceptions", "sequence", "currency", "amount", "paid_amount", "seen_amount",
           "rest_amount", "expires_at", "payments", "refunds")  # fmt: skip


@routes.get("/i/<token>")
def show(token: Token, visit: Visitor) -> Response[Any]:
    """How the invoice stands, and in what it may be paid."""
    page = _read(token)
    opened = [each for each in page["methods"] if each["address"]]
    if rules.is_payable(page) and len(opened) == 1:
        return _method(visit, page, token, opened[0]["currency"])
    return _shown(visit, page, token, method=None)


@routes.get("/i/<token>/status")
def status(token: Token, visit: Visitor) -> Response[Any]:
    """How the invoice stands, as JSON; 304 while nothing has changed (ETag)."""
    page = _read(token)
    body = json.dumps({each: page[each] for each in _STATUS})
    # What only moves on with time is no news.
    news = {**page, "payments": [{**each, "confirmations": None} for each in page["payments"]]}
    said = json.dumps({each: news[each] for each in _STATUS if each != "expires_at"})
    tag = f'"{sha256(said.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if visit.header("if-none-match") == tag:
        return Response(304, "application/json", "", headers)
    return Response(200, "application/json", body, headers)


@routes.get("/i/brand/<color>.css")
def brand(color: Color, visit: Visitor) -> Response[Any]:
    """The style of a colour of a merchant, which white words can be read on. It is in the address:
    nobody is asked for it, and it may be kept for ever."""
    style = f":root {{ --brand: #{color}; --on-brand: #fff; }}"
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(200, "text/css; charset=utf-8", style, kept)


@routes.get("/i/<token>/receipt")
def receipt(token: Token, visit: Visitor) -> Response[Any]:
    """What was paid, by whom it was asked for, and with which tax: to be printed or kept."""
    page = _read(token)
    if not rules.has_receipt(page):
        raise NotFound("page_not_found")
    return visit.page(
        "checkout/receipt.html", page=page, token=token, again=0, host=visit.site,
        taxes=rules.taxes(page), rates={each["currency"]: each for each in page["methods"]},
    )  # fmt: skip


@routes.get("/i/<token>/<currency>")
def show_method(token: Token, currency: Currency, visit: Visitor) -> Response[Any]:
    """Where to pay in a currency that was chosen."""
    return _method(visit, _read(token), token, currency)


@routes.post("/i/<token>/<currency>")
def choose(token: Token, currency: Currency, visit: Visitor) -> Response[Any]:
    """The payer chooses a currency: from here on there is an address."""
    open_method(database(), token, currency)
    return visit.go(f"/i/{token}/{currency}")


def _read(token: str) -> dict[str, Any]:
    told = database().rpc("invoice_page", {"token": token}, token=None, repeatable=True)
    return dict(told)


def _method(visit: Visit, page: dict[str, Any], token: str, currency: str) -> Response[Any]:
    found = [each for each in page["methods"] if each["currency"] == currency and each["address"]]
    if not found:
        raise NotFound("page_not_found")
    return _shown(visit, page, token, method=found[0])


def _shown(
    visit: Visit, page: dict[str, Any], token: str, method: dict[str, Any] | None
) -> Response[Any]:
    about = {each["currency"]: each for each in page["currencies"]}
    way: dict[str, Any] | None = None
    if method:
        uri = payment_uri(method)
        codes = [("checkout.qr_uri", uri), ("checkout.qr_address", method["address"])]
        if not leads_with_uri(method["currency"]):
            codes.reverse()
        way = {
            **method, "uri": uri, "about": about[method["currency"]],
            "groups": rules.grouped(method["address"]),
            "codes": [
                {"name": name, "text": text, "picture": svg_of(text)}
                for name, text in (codes if uri != method["address"] else codes[:1])
            ] if rules.is_payable(page) and method["due_amount"] != "0" else [],
        }  # fmt: skip
    answer = visit.page(
        "checkout/invoice.html", page=page, token=token, way=way, about=about,
        headline=rules.headline(page), notes=rules.notes(page), payable=rules.is_payable(page),
        again=rules.seconds_to_ask_again(page), host=visit.site,
        has_receipt=rules.has_receipt(page),
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = SCRIPTED
    return answer
