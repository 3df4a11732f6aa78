"""HTTP commands of operators about money that they book by hand."""

from shared.api import lambda_handler, make_app

from . import transfer_routes

app = make_app(transfer_routes.routes)
handler = lambda_handler(app)
