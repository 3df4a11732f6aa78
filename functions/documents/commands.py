"""HTTP commands about contract documents."""

from shared.api import lambda_handler, make_app

from . import document_routes

app = make_app(document_routes.routes)
handler = lambda_handler(app)
