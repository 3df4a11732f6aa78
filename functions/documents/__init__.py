"""Documents of contracts: a PDF of each, made once, kept in object storage."""
