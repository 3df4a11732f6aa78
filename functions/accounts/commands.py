"""HTTP commands about the own account: sessions, devices, recovery codes, erasure."""

from shared.api import lambda_handler, make_app

from . import erasure_routes, factor_reset_routes, recovery_routes, session_routes

app = make_app(
    session_routes.routes,
    recovery_routes.routes,
    factor_reset_routes.routes,
    erasure_routes.routes,
)
handler = lambda_handler(app)
