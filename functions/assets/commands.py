"""HTTP commands about assets."""

from shared.api import lambda_handler, make_app

from . import asset_routes

app = make_app(asset_routes.routes)
handler = lambda_handler(app)
