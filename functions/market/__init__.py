"""The marketplace: offers on listings, and what comes of them."""
