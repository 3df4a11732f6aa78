"""Do the tests notice a broken engine? Not a part of `make test`; run with `make mutants`."""
