"""HTTP commands of operators about screening."""

from shared.api import lambda_handler, make_app

from . import screening_routes

app = make_app(screening_routes.routes)
handler = lambda_handler(app)
