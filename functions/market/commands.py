"""HTTP commands about offers and the contracts that come of them."""

from shared.api import lambda_handler, make_app

from . import contract_routes, offer_routes

app = make_app(offer_routes.routes, contract_routes.routes)
handler = lambda_handler(app)
