"""Of what the play was played with."""

import platform
import sqlite3
import ssl

from comity import __version__
from comity.core.derivation import DERIVATION
from comity.core.dsp.version import VERSION


def versions(kernel: str) -> dict[str, str]:
    """Return the versions that matter; `kernel` names the implementation of group operations."""
    return {
        "comity": __version__,
        "dataspace-protocol": VERSION,
        "derivation": DERIVATION,
        "kernel": kernel,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
    }
