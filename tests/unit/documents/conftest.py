"""Documents are drawn with the fonts of their layer."""

from collections.abc import Iterator

import pytest

from stack.layers import layer_path
from tests.infra.build import LAYERS


@pytest.fixture(scope="session", autouse=True)
def fonts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(layer_path(LAYERS["DocumentsLayer"]))
        yield
