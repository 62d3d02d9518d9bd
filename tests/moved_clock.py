"""EvalTrack's own Celery application in a process whose clock was moved to ``MOVED_CLOCK``, where it goes on.

``celery -A tests.moved_clock worker`` and ``celery -A tests.moved_clock beat`` are otherwise the real thing.
"""

import os
from datetime import datetime

import django
import time_machine

from evaltrack.celery import app

__all__ = ["app"]

# All that takes time comes before the clock starts, so that beat is there before the minute it waits for.
django.setup()
app.loader.import_default_modules()
clock = time_machine.travel(datetime.fromisoformat(os.environ["MOVED_CLOCK"]), tick=True)
clock.start()
