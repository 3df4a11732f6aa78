"""HTTP commands about exports of the own data."""

from shared.api import lambda_handler, make_app

from . import export_routes

app = make_app(export_routes.routes)
handler = lambda_handler(app)
