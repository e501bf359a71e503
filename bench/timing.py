"""Does a secret show in the time that work with it takes?

As in dudect (Reparaz, Balasch, Verbauwhede: Dude, is my code constant time?): the same work with a
fixed secret and with random ones, in random order, and Welch's t of the two samples, uncropped and
with the slowest measurements left out. What is public (inputs, blinded elements) is drawn at random
for both: sums with a proof's weights, which are public, take what time they take, and with the same
elements and the same key they would always be the same sums. A |t| past 4.5 says that the times
differ; one below says that so many measurements on this machine showed no difference, and no more.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from math import sqrt
from typing import Final, TypedDict

from comity.api import Inputs, Kernel
from comity.kernel import native
from comity.kernel.native import Native
from comity.kernel.portable import Portable

MEASUREMENTS: Final = 4_000
"""Of each class, kernel and step."""
ITEMS: Final = 8
"""Items of one measurement: as many as the fast kernel takes at once."""
PUBLIC: Final = 64
"""Batches of public values, of which every measurement takes one."""
CROPS: Final = (1.0, 0.9, 0.7, 0.5)
"""Shares of the measurements that are kept, the fastest ones."""
FIXED: Final = (b"\1" + bytes(31)) * ITEMS
"""The fixed secret: a scalar that is one, and so has almost no bits."""


Step = Callable[[bytes, int], object]
"""Work with secret scalars, and with public values of that number."""


class Finding(TypedDict):
    """What was found for one step of one kernel."""

    kernel: str
    step: str
    measurements: int
    t: float
    """The greatest |t| of all crops."""


def measure(measurements: int = MEASUREMENTS) -> list[Finding]:
    """Measure every kernel that is here, with one thread."""
    kernels: dict[str, Kernel] = {
        **{f"native {path}": Native(1, path) for path in native.paths()},
        "portable": Portable(threads=1),
    }
    return [
        Finding(kernel=name, step=step, measurements=measurements, t=_greatest(work, measurements))
        for name, kernel in kernels.items()
        for step, work in _steps(kernel)
    ]


def _steps(kernel: Kernel) -> Iterator[tuple[str, Step]]:
    """Give each step that takes a secret: scalars as many as there are items."""
    inputs = [Inputs.pack(os.urandom(16) for _ in range(ITEMS)) for _ in range(PUBLIC)]
    blinded = [kernel.blind(each, _random_scalars()) for each in inputs]
    yield "tag", lambda scalars, which: kernel.tag(scalars[:32], inputs[which])
    yield "blind", lambda scalars, which: kernel.blind(inputs[which], scalars)
    yield (
        "evaluate",
        lambda scalars, which: kernel.evaluate(scalars[:32], blinded[which], scalars[32:96]),
    )


def _greatest(work: Step, measurements: int) -> float:
    # All secrets are there beforehand: to draw one just before would slow down what follows.
    secrets = [(0, bytes(bytearray(FIXED))) for _ in range(measurements)]
    secrets += [(1, _random_scalars()) for _ in range(measurements)]
    random.shuffle(secrets)
    times: tuple[list[int], list[int]] = ([], [])
    for which, scalars in secrets:
        public = random.randrange(PUBLIC)
        start = time.perf_counter_ns()
        work(scalars, public)
        times[which].append(time.perf_counter_ns() - start)
    pooled = sorted(times[0] + times[1])
    crops = [pooled[int(share * len(pooled)) - 1] for share in CROPS]
    cropped = [[[one for one in each if one <= crop] for each in times] for crop in crops]
    return round(max(abs(_welch(*pair)) for pair in cropped), 2)


def _welch(left: list[int], right: list[int]) -> float:
    """Return Welch's t. Zero where there is too little to say."""
    if min(len(left), len(right)) < 2:
        return 0.0
    means = [sum(each) / len(each) for each in (left, right)]
    spread = [
        sum((one - mean) ** 2 for one in each) / (len(each) - 1) / len(each)
        for each, mean in zip((left, right), means, strict=True)
    ]
    return (means[0] - means[1]) / sqrt(sum(spread)) if sum(spread) else 0.0


def _random_scalars() -> bytes:
    """Return scalars below 2^252, which all are below the order."""
    return b"".join([os.urandom(31) + bytes([os.urandom(1)[0] & 15]) for _ in range(ITEMS)])


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MEASUREMENTS
    for found in measure(count):
        sys.stdout.write(f"{found['kernel']:14}{found['step']:10}|t| <= {found['t']:.2f}\n")
