"""The base of all pages: templates, styles, translations, and how a page is asked for and shown."""
