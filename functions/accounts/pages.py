"""The pages of the own account: signing in and up, recovery, second factors, sessions."""

from web import files
from web.site import make_site, site_handler

from . import (
    confirm_pages,
    factor_pages,
    home_pages,
    password_pages,
    provider_pages,
    sign_in_pages,
    sign_up_pages,
)

site = make_site(
    home_pages.routes,
    sign_in_pages.routes,
    provider_pages.routes,
    sign_up_pages.routes,
    confirm_pages.routes,
    password_pages.routes,
    factor_pages.routes,
    files.routes,
)
handler = site_handler(site)
