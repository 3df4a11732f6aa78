"""Every story, in the order in which they are told."""

from collections.abc import Callable

from tests.stories.appeal_with_bond import appeal_with_bond
from tests.stories.cancelled_together import cancelled_together
from tests.stories.card_charged_back import card_charged_back
from tests.stories.card_refunded import card_refunded
from tests.stories.dispute_divided import dispute_divided
from tests.stories.everyone_silent import everyone_silent
from tests.stories.evidence_and_ratings import evidence_and_ratings
from tests.stories.group_sold_in_parts import group_sold_in_parts
from tests.stories.happy_trade import happy_trade
from tests.stories.limit_reached import limit_reached
from tests.stories.margin_and_slippage import margin_and_slippage
from tests.stories.outage_given_back import outage_given_back
from tests.stories.payment_details import payment_details
from tests.stories.repeated_and_stolen import repeated_and_stolen
from tests.stories.stage import Stage
from tests.stories.two_takers import two_takers
from tests.stories.webhooks import webhooks
from tests.stories.window_missed import window_missed

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
    evidence_and_ratings,
    outage_given_back,
    webhooks,
    group_sold_in_parts,
    card_refunded,
    card_charged_back,
)
