"""Where files lie: a folder or an S3-compatible store, as ``FILE_STORE_URL`` says. Read by the settings."""

import contextlib
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

PART = ".part-"  # how a file is called while it is being written
_SHAPE = "FILE_STORE_URL is file:///FOLDER or s3://KEY:SECRET@HOST[:PORT]/BUCKET[/FOLDER]?region=NAME&tls=no"


def storage(url: str, folder: Path) -> dict[str, Any]:
    """The entry of Django's STORAGES; ``folder`` where no address is given. Raises ImproperlyConfigured."""
    if not url:
        return _local(folder)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{_SHAPE}.") from error
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return _local(Path(unquote(parts.path)))
    bucket, _slash, prefix = parts.path.strip("/").partition("/")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = options.keys() - {"region", "tls"}
    if parts.scheme != "s3" or not parts.hostname or not bucket or unknown:
        raise ImproperlyConfigured(f"{_SHAPE}.")
    if find_spec("storages") is None:
        raise ImproperlyConfigured("FILE_STORE_URL: install requirements/production.lock for s3://.")
    scheme = "http" if options.get("tls") == "no" else "https"
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            # Without them boto3 looks for itself, such as for the role of the machine.
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": f"{scheme}://{parts.hostname}{f':{port}' if port else ''}",
            "region_name": options.get("region", "us-east-1"),
            "bucket_name": bucket,
            "location": unquote(prefix),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": True,
            "max_memory_size": 1024 * 1024,  # larger ones are read through a temporary file
        },
    }


def _local(folder: Path) -> dict[str, Any]:
    return {"BACKEND": "evaltrack.stores.Folder", "OPTIONS": {"location": str(folder)}}


class Folder(FileSystemStorage):
    """A folder in which a file is there whole or not at all, whenever the power goes."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, base_url=None, allow_overwrite=True)

    def _save(self, name: str, content: "File[bytes]") -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(prefix=PART, dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as written:
                for piece in content.chunks():
                    written.write(piece)
                written.flush()
                os.fsync(written.fileno())
            Path(part).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(part).unlink()
            raise
        directory = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return name


def faults() -> tuple[type[Exception], ...]:
    """What a store raises when it cannot be reached, is full or refuses."""
    if find_spec("botocore") is None:
        return (OSError,)
    from boto3.exceptions import Boto3Error  # heavy, and there only with s3://
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, Boto3Error, BotoCoreError, ClientError)
