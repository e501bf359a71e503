"""Says in one line which refusal a test expects."""

import re

import pytest

from comity.errors import Code, ComityError


def refuses(code: Code, **params: str | int) -> pytest.RaisesExc[ComityError]:
    """Expect a ComityError with this code, and exactly these parameters where any are given."""
    shown = re.escape(str(ComityError(code, **params)))
    return pytest.raises(ComityError, match=f"^{shown}$" if params else rf"^{shown}(\(|$)")
