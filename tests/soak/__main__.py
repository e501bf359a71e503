"""Soak two nodes: SEED=… KILLS=… python -m soak."""

import logging
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final

import structlog

from soak.driver import soaking
from soak.steps import STEPS

_KILLS: Final = 1_000


def main() -> int:
    """Run, print what happened, and return 1 where something was wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    seed = int(os.environ.get("SEED") or time.time())
    kills = int(os.environ.get("KILLS") or _KILLS)
    print(f"soak: SEED={seed} KILLS={kills}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="comity-soak-"))
    with soaking(folder, seed, say=lambda said: print(said, flush=True)) as soak:
        soaked = soak.run(kills)
    by_step: Counter[str] = Counter()
    for (side, step), count in sorted(soaked.kills.items()):
        by_step[step] += count
        print(f"{side}  {step:24}{count:5}")
    missed = [step for step in STEPS if not by_step[step]]
    for line in soaked.found.wrong:
        print(f"wrong: {line}")
    if missed and kills >= _KILLS:
        print(f"wrong: nobody died at {missed}")
    print(soaked)
    failed = bool(soaked.found.wrong or (missed and kills >= _KILLS))
    if failed:
        print(f"The nodes are left in {folder}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
