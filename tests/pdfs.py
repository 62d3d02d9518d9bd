"""What a PDF says, as other programs read it: Poppler, pypdf and veraPDF."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PIL import Image

DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BULLETS = re.compile("[•◦▪‣]")


def pages(pdf: bytes, order: str = "-raw") -> list[str]:
    """The text of each page, in the order in which it was drawn: cell by cell."""
    return DIRECTION_MARKS.sub("", _pdftotext(pdf, order)).split("\f")[:-1]


def as_read(pdf: bytes) -> list[str]:
    """The text of each page in the order of reading, which differs for writing from right to left."""
    return pages(pdf, "-nodiag")


def words(pdf: bytes) -> list[tuple[str, float, float]]:
    """Every word with where it begins and ends across the page, in points."""
    found = re.findall(
        r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', _pdftotext(pdf, "-bbox")
    )
    return [(word, float(left), float(right)) for left, right, word in found]


def feet(pdf: bytes) -> list[tuple[float, float]]:
    """How far down each page its text reaches, and anything drawn on it, in points from its head."""
    texts = [re.findall(r'yMax="([\d.]+)">', page) for page in _pdftotext(pdf, "-bbox").split("<page ")[1:]]
    drawn = []
    for number in range(1, len(texts) + 1):
        page = ["pdftoppm", "-r", "72", "-gray", "-f", str(number), "-l", str(number)]
        grey = Image.open(BytesIO(subprocess.run(page, input=pdf, capture_output=True, check=True).stdout))
        box = grey.point(lambda value: 255 if value < 200 else 0).getbbox()
        drawn.append(box[3] if box else 0)
    return [(max(map(float, text), default=0), ink) for text, ink in zip(texts, drawn, strict=True)]


def _pdftotext(pdf: bytes, option: str) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not there: apt install poppler-utils")
    return subprocess.run(
        ["pdftotext", option, "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def squeezed(text: str) -> str:
    """The text without spaces and bullets, so that no line end or hanging indent matters."""
    return re.sub(r"\s+", "", BULLETS.sub("", text))


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf))


def links(pdf: bytes) -> set[str]:
    """The addresses that can be clicked."""
    annotations = [
        note.get_object()
        for page in reader(pdf).pages
        for note in page.get("/Annots", pypdf.generic.ArrayObject())
    ]
    return {str(note["/A"]["/URI"]) for note in annotations if "/URI" in note.get("/A", {})}


def assert_accessible(shared: Path, folder: Path, documents: dict[str, bytes]) -> None:
    """veraPDF finds all of them compliant with PDF/UA-1, and with PDF/A-3a."""
    if not shutil.which("java") or not Path("/usr/share/java/jaxb-runtime.jar").exists():
        pytest.skip("veraPDF needs a JDK and libjaxb-java: apt install default-jdk-headless libjaxb-java")
    files: Sequence[Path] = [folder / f"{name}.pdf" for name in documents]
    for file, document in zip(files, documents.values(), strict=True):
        file.write_bytes(document)
    for flavour, said in verdicts(shared, files).items():
        assert said.count("compliant=true") == len(files), f"{flavour}: {said}"


def verdicts(shared: Path, files: Sequence[Path]) -> dict[str, str]:
    """What veraPDF says of them, by flavour."""
    runs = {}
    for flavour in ("ua1", "3a"):
        command = ["sh", str(shared / "tools" / "verapdf.sh"), flavour, *map(str, files)]
        runs[flavour] = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = {}
    for flavour, run in runs.items():
        found[flavour], errors = run.communicate()
        if "compliant=" not in found[flavour]:
            pytest.skip(f"veraPDF could not be set up: {errors.strip()[-200:]}")
    return found
