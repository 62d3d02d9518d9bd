"""``python -m evaltrack.leash MODULE ARGS...``: run a module as the main program until standard input ends.

The supervisor holds the only other end of standard input, so its death, even by SIGKILL, closes it. That
works wherever there are pipes, unlike asking Linux for a signal on the parent's death.
"""

import os
import runpy
import signal
import sys
import threading
import time

# The last seconds a program gets to stop by itself. All must be gone 10 s after their parent.
GRACE = 6.0


def hold(leash: int) -> None:
    """Wait for the end of file, then end this process and its whole group."""
    while os.read(leash, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    leash = os.dup(sys.stdin.fileno())  # not inherited by the program's own children
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.close(nothing)
    threading.Thread(target=hold, args=(leash,), daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
