"""Many callers at once, and the ports that they call."""

import socket
import threading
import time
from collections.abc import Callable


def many_callers(call: Callable[[], object], calls: int, callers: int) -> float:
    """Make so many calls from so many threads; returns the seconds until all are done."""
    errors: list[BaseException] = []
    ready = threading.Barrier(callers + 1)

    def run() -> None:
        ready.wait()
        try:
            for _ in range(calls // callers):
                call()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(callers)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if errors:
        raise errors[0]
    return seconds


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(400):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
