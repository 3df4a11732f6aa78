"""HTTP commands of operators alone."""

from shared.api import lambda_handler, make_app

from . import (
    debt_routes,
    difference_routes,
    halt_routes,
    party_routes,
    refused_report_routes,
    request_routes,
    setting_routes,
    staff_routes,
)

app = make_app(
    request_routes.routes,
    debt_routes.routes,
    party_routes.routes,
    halt_routes.routes,
    staff_routes.routes,
    setting_routes.routes,
    refused_report_routes.routes,
    difference_routes.routes,
)
handler = lambda_handler(app)
