"""Generated files, one module each.

A module has OUTPUT, the path from the repository's root, and
generate(stack) -> str, the whole content of the file.
"""
