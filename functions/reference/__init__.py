"""The reference of the API, as the API itself serves it."""
