"""Expecting a refusal."""

import pytest

from shared.errors import Problem


def refused(code: str) -> pytest.RaisesExc[Problem]:
    """The block is refused with this code."""
    return pytest.raises(Problem, match=f"^{code}$")
