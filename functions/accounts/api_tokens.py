"""Tokens for API keys: no session is needed, the key is what is shown."""

from shared.api import lambda_handler, make_app

from . import api_token_routes

app = make_app(api_token_routes.routes, is_open=True)
handler = lambda_handler(app)
