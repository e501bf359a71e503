"""Where processes are born: one that has imported everything, and makes the others by fork.

So a life begins in a few hundredths of a second. It takes a line for each on standard input:

    start FOLDER STEP COUNT    prints the process id
    wait PID                   prints how it ended, as `os.waitstatus_to_exitcode` says it

and kills whoever still lives when the input ends.
"""

import os
import signal
import sys
from pathlib import Path

from soak.child import live


def main() -> None:
    """Take orders until there are no more."""
    alive: set[int] = set()
    for line in iter(sys.stdin.readline, ""):
        order, *words = line.split()
        if order == "start":
            folder, step, count = words
            said = pid = os.fork()
            if pid == 0:
                _begin(Path(folder), step, int(count))
            alive.add(pid)
        else:
            pid = int(words[0])
            said = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            alive.discard(pid)
        print(said, flush=True)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _begin(folder: Path, step: str, count: int) -> None:
    """Become a node of one's own: nothing of the nursery is left but what it has imported."""
    nothing = os.open(os.devnull, os.O_RDWR)
    log = os.open(f"{folder}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    try:
        live(folder, step, count)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
