"""The Celery worker of the one-machine clinic: python -m clinic.worker, started by manage.py up."""

import ctypes
import os
import signal
import sys
import warnings

from celery.platforms import SecurityWarning

from clinic.celery import app

SET_PARENT_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
OPTIONS = ("--pool=threads", "--concurrency=2", "--loglevel=WARNING", "--hostname=stipple@localhost")
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # there is no other worker to hear


def end_with(parent: int) -> None:
    """Have the kernel end this process when its parent dies, even by kill -9 (Linux only)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(0)


def main() -> None:
    """Work until told to stop. The first argument is the process id of the parent."""
    end_with(int(sys.argv[1]))
    # Celery warns root of pickled tasks; ours are JSON only.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    app.worker_main(["--quiet", "worker", *OPTIONS, *ALONE])


if __name__ == "__main__":
    main()
