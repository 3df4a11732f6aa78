"""HTTP commands about trades."""

from shared.api import lambda_handler, make_app

from . import arbitration, cases, outages, trades

app = make_app(trades.routes, arbitration.routes, cases.routes, outages.routes)
handler = lambda_handler(app)
