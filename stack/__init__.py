"""The local stack: real Postgres, PostgREST and functions behind one address."""
