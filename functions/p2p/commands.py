"""HTTP commands about orders."""

from shared.api import lambda_handler, make_app

from . import order_routes

app = make_app(order_routes.routes)
handler = lambda_handler(app)
