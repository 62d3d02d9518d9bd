"""How uploads reach the disk: up to the limit, and no further, whatever is sent."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler

MEGABYTE = 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Reads on past the limit, so that the person gets a sentence, but keeps nothing of it.

    What was cut off still tells its whole size, by which ``media.examine`` refuses it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._together = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._together += len(raw_data)
        within_file = start + len(raw_data) <= settings.MAX_UPLOAD_MB * MEGABYTE
        if within_file and self._together <= settings.MAX_UPDATE_MB * MEGABYTE:
            super().receive_data_chunk(raw_data, start)
        return None
