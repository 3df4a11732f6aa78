"""The page of an invoice, as whoever pays uses it: a real browser without scripts, codes that a
reader reads, no account."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from stack.cluster import Cluster
from stack.stack import Stack
from stack.stand_ins.chain.accounts import account, deposits_xpub
from tests.pages.person import Person
from tests.world.chain import judged
from tests.world.http.rails import behind
from tests.world.merchants import invoice, merchant, refund
from tests.world.wallets import seen
from web.language import LANGUAGES, texts

# Of the first account of the known phrase, in coins.
_ZPUB = (
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDt"
    "KsAYz2oz2AGutZYs"
)
_PHONE = {"width": 390, "height": 844}


class Shop:
    """A merchant, and what happens to it and to its invoices behind the pages."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        with behind(stack) as world:
            world.run("update public.rails set is_open = true where id in ('base', 'bitcoin')")
            self.owner = world.user("owner")
            self.id = merchant(world, self.owner)

    def invoice(self, **fields: Any) -> dict[str, Any]:
        said = {"amount": "100", "currencies": ["USDC_BASE"]}
        with behind(self._stack) as world:
            return invoice(world, self.owner, self.id, **said | fields)

    def seen(self, address: str, amount: str) -> dict[str, Any]:
        """A transfer on Base is in a block."""
        with behind(self._stack) as world:
            return seen(world, address, amount)

    def sure(self, deposit: dict[str, Any]) -> None:
        """The chain is sure of it."""
        with behind(self._stack) as world:
            assert judged(world, deposit, "credit") == 1

    def refund(self, made: dict[str, Any], **fields: Any) -> dict[str, Any]:
        with behind(self._stack) as world:
            return refund(world, made, self.owner, **fields)

    def cancel(self, made: dict[str, Any]) -> None:
        with behind(self._stack) as world:
            world.command("invoice_cancel", invoice_id=made["invoice_id"], actor_id=self.owner)


@pytest.fixture(scope="module")
def shop(stack: Stack) -> Shop:
    stack.configure(HOLDFAST_EVM_XPUB=deposits_xpub(), HOLDFAST_BITCOIN_XPUB=_ZPUB)
    return Shop(stack)


@pytest.fixture
def payer(stack: Stack, browser: Browser) -> Iterator[Person]:
    with Person.arrived(stack, browser, viewport=_PHONE) as somebody:
        yield somebody


def codes(person: Person) -> set[str]:
    """What a reader of QR codes reads on the page, as it is shown."""
    picture = Image.open(BytesIO(person.page.screenshot(full_page=True)))
    return {each.text for each in zxingcpp.read_barcodes(picture)}


def shown(person: Person) -> str:
    return person.page.locator("main").inner_text()


def test_a_payer_chooses_a_currency_and_sees_where_how_much_and_until_when(
    shop: Shop, payer: Person
) -> None:
    tea = {"description": "Green tea", "quantity": "4", "unit_amount": "25", "tax_rate": "7"}
    made = shop.invoice(lines=[tea])
    payer.open(f"/i/{made['token']}")
    assert payer.title == "To be paid"
    assert "100 USD" in shown(payer)
    assert "help@forge.example" in shown(payer)
    payer.is_accessible()
    payer.press("USDC on Base")
    assert payer.path == f"/i/{made['token']}/USDC_BASE"
    payer.is_accessible()
    address = payer.page.get_by_label("Address", exact=True).input_value()
    assert address.startswith("0x")
    assert payer.page.locator("#groups").inner_text().replace(" ", "") == address
    assert payer.page.get_by_label("Amount in USDC").input_value() == "100"
    assert "only on the network Base" in shown(payer)
    assert "within 60 minutes" in shown(payer)
    payer.page.locator("summary", has_text="What it is for").click()
    assert "Green tea" in shown(payer)
    # Complaint 9 of the page about gateways: chosen twice, it is one way.
    payer.open(f"/i/{made['token']}")
    assert payer.page.get_by_label("Address", exact=True).input_value() == address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_complaints_19_and_20_every_code_is_read_and_says_address_and_amount(
    stack: Stack, browser: Browser, shop: Shop, scheme: str
) -> None:
    made = shop.invoice(currency="BTC", amount="0.00123", currencies=["BTC"])
    dollars = shop.invoice(amount="12.5")
    with Person.arrived(stack, browser, viewport=_PHONE, color_scheme=scheme) as payer:
        payer.open(f"/i/{made['token']}")
        payer.press("BTC on Bitcoin")
        address = payer.page.get_by_label("Address", exact=True).input_value()
        assert codes(payer) == {f"bitcoin:{address}?amount=0.00123"}
        payer.page.locator("summary", has_text="QR code").click()
        assert codes(payer) == {f"bitcoin:{address}?amount=0.00123", address}
        link = payer.page.get_by_role("link", name="Open in a wallet").get_attribute("href")
        assert link == f"bitcoin:{address}?amount=0.00123"
        payer.open(f"/i/{dollars['token']}")
        payer.press("USDC on Base")
        address = payer.page.get_by_label("Address", exact=True).input_value()
        # Of tokens wallets read addresses, and few read more.
        assert codes(payer) == {address}
        payer.page.locator("summary", has_text="QR code").click()
        token = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
        uri = f"ethereum:{token}@8453/transfer?address={address}&uint256=12500000"
        assert codes(payer) == {address, uri}


def test_each_thing_that_happens_to_the_money_is_said(shop: Shop, payer: Person) -> None:
    made = shop.invoice()
    payer.open(f"/i/{made['token']}")
    payer.press("USDC on Base")
    address = payer.page.get_by_label("Address", exact=True).input_value()
    part = shop.seen(address, "40")
    payer.open(f"/i/{made['token']}")
    assert payer.title == "A part is paid"
    assert "Perhaps an exchange kept a fee" in shown(payer)
    assert "the network is not sure yet" in shown(payer)
    assert payer.page.get_by_label("Amount in USDC").input_value() == "60"
    shop.sure(part)
    rest = shop.seen(address, "70")
    payer.open(f"/i/{made['token']}")
    assert payer.title == "Payment seen"
    payer.is_accessible()
    shop.sure(rest)
    payer.open(f"/i/{made['token']}")
    assert payer.title == "Paid"
    assert "More came than was asked for" in shown(payer)
    assert payer.page.get_by_label("Address", exact=True).count() == 0
    # Nothing more is to come: the page does not ask again.
    assert payer.page.locator("script").count() == 0
    payer.page.get_by_role("link", name="Receipt").click()
    assert payer.title == "Receipt"
    assert "Forge Ltd (DE), tax number DE123" in shown(payer)
    assert "not a tax invoice" in shown(payer)
    assert "1 USDC_BASE = 1 USD" in shown(payer)
    payer.is_accessible()
    given = shop.refund(made, what="overpaid")
    payer.open(f"/i/{made['token']}/refunds/{given['refund_id']}?secret={given['claim_secret']}")
    assert payer.title == "Your refund"
    payer.is_accessible()
    address = account(1, 7).address
    payer.fill(address=address[:-1] + ("0" if address[-1] != "0" else "1"))
    payer.press("Send it there")
    assert "no address of this network" in payer.page.content()
    payer.page.go_back()
    payer.fill(address=address)
    payer.press("Send it there")
    assert payer.news == "on its way"


def test_what_is_over_asks_for_nothing(shop: Shop, payer: Person) -> None:
    made = shop.invoice()
    payer.open(f"/i/{made['token']}")
    payer.press("USDC on Base")
    address = payer.page.get_by_label("Address", exact=True).input_value()
    shop.cancel(made)
    payer.open(f"/i/{made['token']}/USDC_BASE")
    assert payer.title == "Cancelled"
    assert not codes(payer)
    assert payer.open(f"/i/{made['token']}/receipt").status == 404
    shop.sure(shop.seen(address, "100"))
    payer.open(f"/i/{made['token']}")
    assert "the merchant decides" in shown(payer)
    assert payer.title == "Cancelled"


def test_a_status_is_asked_for_again_and_again_and_writes_nothing(stack: Stack, shop: Shop) -> None:
    made = shop.invoice()
    address = f"{stack.url}/i/{made['token']}/status"
    with httpx.Client() as http:
        first = http.get(address)
        assert (first.json()["status"], first.json()["sequence"]) == ("open", 1)
        unchanged = {"If-None-Match": first.headers["ETag"]}
        assert http.get(address, headers=unchanged).status_code == 304
        shop.cancel(made)
        assert http.get(address, headers=unchanged).status_code == 200


def test_a_page_with_scripts_shows_what_came_by_itself(
    stack: Stack, browser: Browser, shop: Shop
) -> None:
    made = shop.invoice()
    with Person.arrived(stack, browser, java_script_enabled=True) as payer:
        said: list[str] = []
        payer.page.on("console", lambda each: said.append(each.text))
        payer.open(f"/i/{made['token']}")
        payer.press("USDC on Base")
        shop.seen(payer.page.get_by_label("Address", exact=True).input_value(), "100")
        payer.page.get_by_role("heading", name="Payment seen").wait_for()
        # Its policy lets our script run, and it breaks none of it.
        assert said == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_payer_reads_it_in_every_language(
    stack: Stack, browser: Browser, shop: Shop, language: str
) -> None:
    made = shop.invoice()
    with Person.arrived(stack, browser, viewport=_PHONE, locale=language) as payer:
        payer.open(f"/i/{made['token']}")
        assert payer.title == texts(language)["checkout.status.open"]
        payer.page.locator("main button").first.click()
        assert payer.page.locator("#address").input_value()
        assert payer.page.evaluate("document.documentElement.scrollWidth") <= _PHONE["width"]


def test_a_wrong_address_of_a_page_is_a_page_that_is_not_there(shop: Shop, payer: Person) -> None:
    made = shop.invoice()
    other: Any = [
        payer.open(f"/i/{path}").status
        for path in ("f" * 32, "nothing", f"{made['token']}/BTC", f"{made['token']}/refunds/x")
    ]
    assert other == [404] * 4


def test_each_status_exception_and_state_has_words(database: Cluster) -> None:
    """What SQL may say of an invoice, as the checks of its tables list it."""
    with database.connect("postgres") as connection:
        checks = {
            name: set(re.findall(r"'([a-z_]+)'", text))
            for name, text in connection.execute(
                "select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'c' "
                "and conrelid = any ('{public.invoices,public.invoice_payments}'::regclass[])"
            ).fetchall()
        }
    english = texts("en").keys()
    assert {f"checkout.status.{each}" for each in checks["invoices_status_check"]} <= english
    assert {f"checkout.note.{each}" for each in checks["invoices_exceptions_check"]} <= english
    assert {
        f"checkout.payment.{each}" for each in checks["invoice_payments_state_check"]
    } <= english
