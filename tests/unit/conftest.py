"""What tests of shared modules look at."""

import io
from collections.abc import Iterator

import pytest

from shared.telemetry import logger


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the code under test logs, one JSON document a line."""
    handler = logger.registered_handler
    text = io.StringIO()
    before = handler.setStream(text)  # type: ignore[attr-defined]
    yield text
    handler.setStream(before)  # type: ignore[attr-defined]
