"""A reading as plain data, for a column of JSON or the way out of another process; and back."""

from dataclasses import asdict
from typing import Any

from evaltrack.documents.content import Place
from responses.matrix.readers import json as reader
from responses.matrix.reading import Doubt, LeftOut, Origin, Reading, Source
from responses.matrix.writers import json as writer


def data(reading: Reading) -> dict[str, Any]:
    return {
        "matrix": writer.data(reading.matrix),
        "sources": {
            path: {"place": _placed(source.place), "text": source.text, "origin": source.origin.value}
            for path, source in reading.sources.items()
        },
        "doubts": [asdict(doubt) for doubt in reading.doubts],
        "left_out": [
            {"text": one.text, "place": _placed(one.place), "why": one.why} for one in reading.left_out
        ],
        "handout": reading.handout,
    }


def restored(plain: dict[str, Any]) -> Reading:
    """The reading that :func:`data` wrote."""
    return Reading(
        matrix=reader.restored_data(plain["matrix"]),
        sources={path: source(one) for path, one in plain["sources"].items()},
        doubts=tuple(Doubt(**doubt) for doubt in plain["doubts"]),
        left_out=tuple(LeftOut(one["text"], Place(**one["place"]), one["why"]) for one in plain["left_out"]),
        handout=plain["handout"],
    )


def source(plain: dict[str, Any]) -> Source:
    return Source(Place(**plain["place"]), plain["text"], Origin(plain["origin"]))


def _placed(place: Place) -> dict[str, Any]:
    """What is known of it: most places in a file have no sheet, those in a sheet no page."""
    return {name: value for name, value in asdict(place).items() if value}
