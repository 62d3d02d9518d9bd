"""Sending stored files: to whoever the calling view has found may have them.

They come from other people, so they are sent as what their bytes are, to be saved and not to be run. They go
through EvalTrack, not by an address of the store: each is asked for anew, and the store stays closed.
"""

from typing import IO, TypeVar

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from evaltrack import files, media
from evaltrack.models import StoredFile

R = TypeVar("R", bound=HttpResponseBase)

POLICY = "default-src 'none'; sandbox"


def download(request: HttpRequest, row: StoredFile, name: str) -> HttpResponseBase:
    """The file, to be saved under that name."""
    if same := _unchanged(request, row.sha256):
        return same
    return _sent(_found(row), row.media_type, row.sha256, name=media.clean_name(name), size=row.size)


def picture(request: HttpRequest, row: StoredFile, *, large: bool) -> HttpResponseBase:
    """The picture of a file, made by ourselves: it may be shown in the page."""
    tag = f"{row.sha256}-{'large' if large else 'small'}"
    if same := _unchanged(request, tag):
        return same
    try:
        content = files.read_picture(row, large=large)
    except files.MissingError as error:
        raise Http404 from error
    return _sent(content, "image/webp", tag)


def _found(row: StoredFile) -> IO[bytes]:
    try:
        return files.read(row)
    except files.MissingError as error:
        raise Http404(_("The file is no longer in the store.")) from error


def _unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """304 for what the browser has: the same hash is the same file."""
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if not any(one.removeprefix("W/") == f'"{tag}"' for one in asked):
        return None
    return _guarded(HttpResponseNotModified(), tag)


def _sent(
    content: IO[bytes], media_type: str, tag: str, *, name: str = "", size: int | None = None
) -> HttpResponseBase:
    # Without a name it is shown; with one it is saved.
    sent = FileResponse(content, as_attachment=bool(name), filename=name, content_type=media_type)
    if size is not None:
        sent.headers["Content-Length"] = str(size)
    # It is compressed already, and whoever saves it sees how much is still to come.
    sent.headers["Content-Encoding"] = "identity"
    return _guarded(sent, tag)


def _guarded(response: R, tag: str) -> R:
    response.headers["ETag"] = f'"{tag}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_cache=True)
    return response
