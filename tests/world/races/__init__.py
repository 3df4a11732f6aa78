"""Many at the same moment: the functions' own code on real connections to one Postgres."""
