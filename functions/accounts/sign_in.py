"""Sign-in that Auth alone would not count: strangers ask, and Auth says who they are."""

from shared.api import lambda_handler, make_app

from . import sign_in_routes

app = make_app(sign_in_routes.routes, is_open=True)
handler = lambda_handler(app)
