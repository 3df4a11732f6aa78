"""The pages of whoever pays an invoice."""

from web.site import make_site, site_handler

from . import checkout_pages, refund_pages

site = make_site(refund_pages.routes, checkout_pages.routes)
handler = site_handler(site)
