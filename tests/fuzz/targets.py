"""What is fuzzed: each reader as the worker runs it, and the sound files that the damaged ones are made of."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"

sys.path.insert(0, str(ROOT))


def set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evaltrack.settings")
    os.environ.setdefault("EVALTRACK_LOG_LEVEL", "CRITICAL")
    django.setup()


def matrix(name: str, *, pasted: bool = False) -> Callable[[bytes], None]:
    """Reads as a matrix; what comes out is whole, can be kept and comes back the same."""

    def read(content: bytes) -> None:
        from responses.matrix import carried
        from responses.matrix.readers.apart import understood

        if pasted:  # a form has no broken letters
            content = content.decode(errors="replace").encode()
        told = json.loads(json.dumps(understood(content, name=name, pasted=pasted)))
        if "reading" in told:
            reading = carried.restored(told["reading"])
            again = json.loads(json.dumps(carried.data(reading)))
            assert again == told["reading"], "what was read does not come back the same"

    return read


def report(media_type: str) -> Callable[[bytes], None]:
    def read(content: bytes) -> None:
        from recommendations import report_files

        json.dumps(report_files.read(content, media_type=media_type))

    return read


def register(content: bytes) -> None:
    from recommendations.register import reading

    json.dumps(reading.read(content))


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Name, what reads it, the kind of files it is fed with.
TARGETS: dict[str, tuple[Callable[[bytes], None], str]] = {
    "docx": (matrix("a.docx"), "docx"),
    "xlsx": (matrix("a.xlsx"), "xlsx"),
    "csv": (matrix("a.csv"), "csv"),
    "json": (matrix("a.json"), "json"),
    "pdf": (matrix("a.pdf"), "pdf"),
    "txt": (matrix("a.txt"), "txt"),
    "pasted": (matrix("a.txt", pasted=True), "pasted"),
    "report-docx": (report(WORD), "docx"),
    "report-pdf": (report("application/pdf"), "pdf"),
    "register": (register, "register"),
}


def made(kind: str) -> Iterator[tuple[str, bytes]]:
    """Sound files of our own making, by name: what is found in their copies may be kept with the tests."""
    from tests.fuzz import seeds

    yield from seeds.of_kind(kind)


def real(kind: str) -> Iterator[tuple[str, bytes]]:
    """Real documents beside the project: what is found in their copies stays out of it."""
    patterns = {"txt": "seeds/*.txt", "register": "cases/*register*.csv", "json": "cases/*.matrix.json"}
    for path in sorted(SHARED.glob(patterns.get(kind, f"cases/*.{kind}"))):
        content = path.read_bytes()
        yield path.name, content if content.startswith((b"PK", b"%PDF")) else content[:60_000]


def outcome(target: str, content: bytes) -> dict[str, Any]:
    """What became of it: read, refused with a sentence, or a fault with where it was raised."""
    from evaltrack.errors import Refused

    try:
        TARGETS[target][0](content)
    except Refused as refusal:
        return {"refused": str(refusal)} if str(refusal) else {"fault": "refused without a sentence"}
    except Exception as error:
        return {"fault": f"{type(error).__name__} {_where(error)}", "says": str(error)[:300]}
    return {}


def _where(error: BaseException) -> str:
    """The innermost line of ours that it came through."""
    found, trace = "?", error.__traceback__
    while trace:
        path = trace.tb_frame.f_code.co_filename
        if path.startswith(str(ROOT)) and "/.venv/" not in path and "/tests/" not in path:
            found = f"{Path(path).relative_to(ROOT)}:{trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    return found
