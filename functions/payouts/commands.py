"""HTTP commands about payouts."""

from shared.api import lambda_handler, make_app

from . import payout_routes

app = make_app(payout_routes.routes)
handler = lambda_handler(app)
