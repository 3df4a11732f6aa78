"""HTTP commands about escrows."""

from shared.api import lambda_handler, make_app

from . import case_routes, dispute_routes, outage_routes, party_routes, setback_routes

app = make_app(
    party_routes.routes,
    dispute_routes.routes,
    case_routes.routes,
    outage_routes.routes,
    setback_routes.routes,
)
handler = lambda_handler(app)
