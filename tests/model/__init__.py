"""An independent model of orders, escrows and wallets, compared with the database.

Written from the table of moves in the documentation, not from the SQL: where the two
disagree, one of them is wrong.
"""
