"""HTTP commands of merchants."""

from shared.api import lambda_handler, make_app

from . import invoice_routes, merchant_routes, refund_routes

app = make_app(merchant_routes.routes, invoice_routes.routes, refund_routes.routes)
handler = lambda_handler(app)
