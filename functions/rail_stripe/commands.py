"""HTTP commands about card payments."""

from shared.api import lambda_handler, make_app

from . import payment_routes

app = make_app(payment_routes.routes)
handler = lambda_handler(app)
