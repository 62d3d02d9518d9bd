"""A message broker made of files, for the embedded mode: no service to install.

kombu's own file transport writes a message in place, so that a reader may move it away half written and lose it.
This one writes beside and renames.
"""

import fcntl
import os
import uuid
from pathlib import Path
from time import time_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import filesystem as fs
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

URL = "evalfs://"


class Channel(fs.Channel):  # type: ignore[misc]
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        # Wall-clock time, so that the order survives a reboot; a hidden name is never read.
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        beside = folder / f".{name}.part"
        with beside.open("wb") as file:
            file.write(str_to_bytes(dumps(payload)))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(folder / name)

    def _queue_bind(self, *args: Any) -> None:
        # kombu truncates the binding file before it takes its lock.
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / ".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            super()._queue_bind(*args)


class Transport(fs.Transport):  # type: ignore[misc]
    Channel = Channel


TRANSPORT_ALIASES["evalfs"] = "evaltrack.fsbroker:Transport"


def options(folder: Path) -> dict[str, Any]:
    """Celery's transport options for a broker kept in ``folder``, which is made where it is missing."""
    for name in ("queue", "control", "taken"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "store_processed": True,
        "processed_folder": str(folder / "taken"),
        "polling_interval": 1,
    }
