"""Forms that others send about messages: receipts of SMS, and the button that unsubscribes."""

from shared.api import lambda_handler, make_app
from shared.body import FORM_TYPE

from . import receipt_routes, unsubscribe_routes

app = make_app(receipt_routes.routes, unsubscribe_routes.routes, signed_by={}, takes=FORM_TYPE)
handler = lambda_handler(app)
