"""Reading a file in a process of its own (see ``evaltrack.apart``): plain data in, plain data out."""

from typing import Any

from evaltrack.errors import Refused
from recommendations import profiles
from responses.matrix import carried
from responses.matrix.errors import UnreadableError
from responses.matrix.readers import files


def understood(
    content: bytes,
    *,
    name: str,
    profile: str = "",
    known: list[dict[str, Any]] | None = None,
    text_language: str = "",
) -> dict[str, Any]:
    """What ``carried.data`` makes of the reading.

    ``known`` are the rule profiles there are, as data, and ``profile`` the name of the one that was chosen;
    ``text_language`` overrules that of the file.
    Raises Refused with the reader's sentence.
    """
    rules = [profiles.from_dict(one) for one in known or ()] or list(profiles.read_shipped())
    chosen = next((one for one in rules if one.slug == profile), None)
    try:
        reading = files.read(
            content,
            name,
            profile=chosen.slug if chosen else None,
            profiles=rules,
            language=text_language,
        )
    except UnreadableError as error:
        raise Refused(f"{error}.") from error
    return {"reading": carried.data(reading), "profile": chosen.slug if chosen else ""}
