"""How deals of a day begin: both have signed, and said where their money goes."""

from decimal import Decimal

from stack.stand_ins.chain import BRIDGED_USDC, USDC
from tests.rails_day.day import Day, Deal
from tests.world.http.market import listing, offer

CURRENCIES = {"stripe": "USD", "base": "USDC_BASE"}
# Enough for whatever a buyer sends by mistake.
PURSE = Decimal(10_000)


def open_deal(day: Day, rail: str, amounts: tuple[str, ...]) -> Deal:
    """A contract with an escrow for each amount."""
    desk, currency = day.desk, CURRENCIES[rail]
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    listed = listing(desk, seller, currency=currency)
    offered = offer(desk, buyer, listed, amounts, rail=rail)
    accepted = desk.done(seller, f"/offers/{offered}/accept")
    for who in (seller, buyer):
        path = f"/contracts/{accepted['contract_id']}/sign"
        desk.done(who, path, {"document_hash": accepted["document_hash"]})
    deal = Deal(
        rail,
        tuple(each["milestone_id"] for each in accepted["milestones"]),
        tuple(map(Decimal, amounts)),
        buyer,
        seller,
        currency,
    )
    if rail == "stripe":
        name_account(day, deal)
    else:
        _fill_purse(day, deal)
        name_address(day, deal, seller=True)
        name_address(day, deal, seller=False)
    day.deals.append(deal)
    return deal


def name_account(day: Day, deal: Deal) -> None:
    """The seller is paid to a new account at Stripe from now on."""
    account = day.stripe.accounts.add()
    deal.accounts.append(account)
    body = {"rail": "stripe", "address": account}
    day.desk.done(deal.seller, "/payout-destinations", body)


def name_address(day: Day, deal: Deal, *, seller: bool) -> None:
    """Somebody is paid to a new address from now on."""
    address = day.chain.person().address
    deal.addresses.append(address)
    who = deal.seller if seller else deal.buyer
    day.scene.name_destination(who, address)


def _fill_purse(day: Day, deal: Deal) -> None:
    deal.buyer_account = day.chain.person()
    deal.addresses.append(deal.buyer_account.address)
    for token in (USDC, BRIDGED_USDC):
        day.chain.mint(deal.buyer_account.address, str(PURSE), token)
        deal.put_in[token] += int(PURSE)
    # No reorganisation of a day goes back before this.
    day.chain.mine(4)
