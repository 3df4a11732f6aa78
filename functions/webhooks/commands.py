"""HTTP commands about webhook endpoints."""

from shared.api import lambda_handler, make_app

from . import endpoint_routes

app = make_app(endpoint_routes.routes)
handler = lambda_handler(app)
