"""The pages of messages: unsubscribing."""

from web.site import make_site, site_handler

from . import unsubscribe_pages

site = make_site(unsubscribe_pages.routes)
handler = site_handler(site)
