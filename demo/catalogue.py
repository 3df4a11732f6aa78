"""Every story, in the order in which they are told."""

from collections.abc import Callable

from demo.appeal_with_bond import appeal_with_bond
from demo.bumped_and_replaced import bumped_and_replaced
from demo.cancelled_together import cancelled_together
from demo.card_charged_back import card_charged_back
from demo.card_refunded import card_refunded
from demo.dispute_divided import dispute_divided
from demo.erased import erased
from demo.everyone_silent import everyone_silent
from demo.evidence_and_ratings import evidence_and_ratings
from demo.group_sold_in_parts import group_sold_in_parts
from demo.guessed_and_recovered import guessed_and_recovered
from demo.happy_trade import happy_trade
from demo.invoice_refunded import invoice_refunded
from demo.limit_reached import limit_reached
from demo.margin_and_slippage import margin_and_slippage
from demo.operators_day import operators_day
from demo.outage_given_back import outage_given_back
from demo.own_wallet import own_wallet
from demo.payment_details import payment_details
from demo.repeated_and_stolen import repeated_and_stolen
from demo.stage import Stage
from demo.two_takers import two_takers
from demo.webhooks import webhooks
from demo.window_missed import window_missed

Story = Callable[[Stage], None]

STORIES: tuple[Story, ...] = (
    happy_trade,
    two_takers,
    window_missed,
    dispute_divided,
    cancelled_together,
    repeated_and_stolen,
    appeal_with_bond,
    everyone_silent,
    margin_and_slippage,
    payment_details,
    limit_reached,
    guessed_and_recovered,
    evidence_and_ratings,
    outage_given_back,
    operators_day,
    webhooks,
    group_sold_in_parts,
    own_wallet,
    bumped_and_replaced,
    invoice_refunded,
    card_refunded,
    card_charged_back,
    erased,
)
