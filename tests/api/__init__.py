"""Bad input, made from what the catalog and the API description say there is."""
