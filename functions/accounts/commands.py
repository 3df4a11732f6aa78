"""HTTP commands about the own account: sessions, devices, recovery codes, API keys, erasure."""

from shared.api import lambda_handler, make_app

from . import (
    api_key_routes,
    erasure_routes,
    factor_reset_routes,
    recovery_routes,
    session_routes,
)

app = make_app(
    session_routes.routes,
    recovery_routes.routes,
    factor_reset_routes.routes,
    erasure_routes.routes,
    api_key_routes.routes,
)
handler = lambda_handler(app)
