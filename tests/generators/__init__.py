"""Generated files of the tests; as those of stack/generators."""
