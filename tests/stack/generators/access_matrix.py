"""tests/db/access_matrix.txt: who reaches which table, column, row and function."""

import psycopg

from tests.db.access import matrix
from tests.stack.stack import Stack

OUTPUT = "tests/db/access_matrix.txt"


def generate(stack: Stack) -> str:
    with psycopg.connect(stack.db_url) as connection:
        text = matrix(connection)
        connection.rollback()
    return text
