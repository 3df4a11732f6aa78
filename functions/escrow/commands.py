"""HTTP commands about escrows: trades, contracts and their milestones."""

from shared.api import lambda_handler, make_app

from . import arbitration, cases, contracts, outages, setbacks, sides

app = make_app(
    sides.routes,
    contracts.routes,
    arbitration.routes,
    cases.routes,
    outages.routes,
    setbacks.routes,
)
handler = lambda_handler(app)
