"""shared/generated/characters.py: classes of characters, mirrored from private.characters."""

from stack.stack import Stack

OUTPUT = "shared/generated/characters.py"

_HEAD = '''"""Classes of characters, as the inside of a bracket expression. Written by make gen."""

'''


def generate(stack: Stack) -> str:
    """The content of the module."""
    with stack.connect() as connection:
        classes = {
            name: connection.execute("select private.characters(%s)", [name]).fetchone()
            for name in ("unseen", "joining", "space", "mark")
        }
    return _HEAD + "".join(
        f"{name.upper()} = (\n    {row[0]!r}\n)\n" for name, row in classes.items() if row
    )
