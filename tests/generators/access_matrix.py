"""tests/db/security/access_matrix.txt: who reaches which table, column, row and function."""

import psycopg

from stack.stack import Stack
from tests.world.access_matrix import matrix

OUTPUT = "tests/db/security/access_matrix.txt"


def generate(stack: Stack) -> str:
    with psycopg.connect(stack.db_url) as connection:
        text = matrix(connection)
        connection.rollback()
    return text
