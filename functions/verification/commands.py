"""HTTP commands of operators about the verification of a person."""

from shared.api import lambda_handler, make_app

from . import verification_routes

app = make_app(verification_routes.routes)
handler = lambda_handler(app)
