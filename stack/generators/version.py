"""shared/generated/version.py: the file VERSION, for code that is deployed without it."""

from stack.paths import version
from stack.stack import Stack

OUTPUT = "shared/generated/version.py"


def generate(stack: Stack) -> str:
    """The content of the module."""
    return f'"""The version of Holdfast. Written by make gen."""\n\nVERSION = "{version()}"\n'
