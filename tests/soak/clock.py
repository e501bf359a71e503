"""A clock that several processes share, and that only the driver moves: eight bytes in a file."""

import mmap
import os
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_FORMAT: Final = "<d"


class SharedClock:
    """The time of the whole soak, in seconds since 1970."""

    def __init__(self, path: Path) -> None:
        """Open the clock in a file, which `make` has made."""
        fd = os.open(path, os.O_RDWR)
        self._memory = mmap.mmap(fd, struct.calcsize(_FORMAT))
        os.close(fd)

    @classmethod
    def make(cls, path: Path, time: datetime) -> "SharedClock":
        """Make a clock that shows a time."""
        path.write_bytes(struct.pack(_FORMAT, time.timestamp()))
        return cls(path)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.fromtimestamp(struct.unpack_from(_FORMAT, self._memory)[0], UTC)

    def forward(self, seconds: float) -> None:
        """Let time pass. Only the driver does."""
        struct.pack_into(_FORMAT, self._memory, 0, self.now().timestamp() + seconds)
