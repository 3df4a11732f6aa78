"""HTTP commands about deposits on a chain."""

from shared.api import lambda_handler, make_app

from . import deposit_routes

app = make_app(deposit_routes.routes)
handler = lambda_handler(app)
