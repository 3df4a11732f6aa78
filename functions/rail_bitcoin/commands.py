"""HTTP commands about deposits on chains of coins."""

from shared.api import lambda_handler, make_app

from . import deposit_routes

app = make_app(deposit_routes.routes)
handler = lambda_handler(app)
