"""A message broker made of files, for the embedded mode: no service to install.

kombu's own file transport writes a message in place, so that a reader may move it away half written and lose
it (celery/kombu#1551); it also keeps every message it has handed out. This one writes beside and renames,
hands a message to the one reader whose rename succeeds, and deletes it then. A message in the hands of a
worker that is killed is gone, as with any broker before its timeout: messages are wake-ups, what is due
stands in the database.
"""

import fcntl
import os
import uuid
from pathlib import Path
from queue import Empty
from time import time_ns
from typing import Any

from kombu.connection import Connection
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import filesystem as fs
from kombu.transport.virtual import BrokerState
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps, loads

URL = "evalfs://localhost"
POLL = 0.5  # seconds between two looks into the folder


class Channel(fs.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        # Wall-clock time, so that the order survives a reboot; a hidden name is never read.
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        beside = folder / f".{name}.part"
        with beside.open("wb") as file:
            file.write(str_to_bytes(dumps(payload)))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(folder / name)

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        folder = Path(self.data_folder_in)
        for path in sorted(folder.iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f".{path.name}.taken"
            try:
                path.rename(taken)
            except FileNotFoundError:  # another reader was faster
                continue
            payload = loads(taken.read_bytes())
            taken.unlink()
            return payload
        raise Empty

    def _queue_bind(self, *args: Any) -> None:
        # kombu truncates the binding file before it takes its lock.
        with (self.control_folder / ".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            super()._queue_bind(*args)  # type: ignore[no-untyped-call]


class Transport(fs.Transport):
    Channel = Channel

    def __init__(self, client: Connection, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)  # type: ignore[no-untyped-call]
        # What is bound stands in the control folder; kombu remembers it for the process, whatever the folder.
        self.state = BrokerState()

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        # A worker looks whether it should stop only between two calls, which it lets last 2 s.
        super().drain_events(connection, timeout and min(timeout, POLL), **kwargs)  # type: ignore[no-untyped-call]


TRANSPORT_ALIASES["evalfs"] = f"{__name__}:Transport"


def options(folder: Path) -> dict[str, Any]:
    """Celery's transport options for a broker kept in ``folder``, which is made where it is missing."""
    queue, control = folder / "queue", folder / "control"
    queue.mkdir(parents=True, exist_ok=True)
    control.mkdir(exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": POLL,
    }


def sweep(folder: Path) -> None:
    """Remove what killed processes left half written or half read; only while no process uses the broker."""
    for left in (folder / "queue").glob(".*"):
        left.unlink()
