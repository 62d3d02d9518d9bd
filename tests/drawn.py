"""Small PDFs drawn word by word and rule by rule, so that a test says where everything stands."""

from dataclasses import dataclass, field

from pdfminer.fontmetrics import FONT_METRICS

WIDTH, HEIGHT = 400, 500
FONTS = {"": "Helvetica", "b": "Helvetica-Bold", "i": "Helvetica-Oblique", "bi": "Helvetica-BoldOblique"}
SIZE = 10
PITCH = 13


def width(words: str, size: float = SIZE, font: str = "") -> float:
    """How far the words go, in points."""
    widths = FONT_METRICS[FONTS[font]][1]
    return sum(widths.get(sign, 556) for sign in words) * size / 1000


@dataclass
class Drawn:
    """A page after the other; places are points from the upper left corner of the page."""

    pages: list[list[str]] = field(default_factory=lambda: [[]])
    links: list[str] = field(default_factory=list)

    def new_page(self) -> None:
        self.pages.append([])

    def words(
        self, x: float, y: float, words: str, *, size: float = SIZE, font: str = "", grey: float = 0
    ) -> float:
        """Words on the base line ``y``; gives where they end."""
        code = words.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        name = list(FONTS).index(font)
        self.pages[-1].append(
            f"BT /F{name} {size} Tf {grey} g {x} {HEIGHT - y} Td ({code.decode('latin-1')}) Tj ET"
        )
        return x + width(words, size, font)

    def lines(self, x: float, y: float, *lines: str, size: float = SIZE, font: str = "") -> float:
        """Lines below each other, each but the last with a space at its end, as Word writes them."""
        for index, line in enumerate(lines):
            end = "" if index == len(lines) - 1 or line.endswith("-") else " "
            self.words(x, y + index * PITCH, line + end, size=size, font=font)
        return y + len(lines) * PITCH

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pages[-1].append(f"0.5 w {x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S")

    def grid(self, across: list[float], down: list[float]) -> None:
        for x in across:
            self.rule(x, down[0], x, down[-1])
        for y in down:
            self.rule(across[0], y, across[-1], y)

    def picture(self) -> None:
        """A grey picture that fills the page."""
        self.pages[-1].append(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q")

    def link(self, x0: float, y0: float, x1: float, y1: float, address: str) -> None:
        """A link on the first page."""
        self.links.append(
            f"<< /Type /Annot /Subtype /Link /Rect [{x0} {HEIGHT - y1} {x1} {HEIGHT - y0}]"
            f" /A << /S /URI /URI ({address}) >> >>"
        )

    @property
    def data(self) -> bytes:
        fonts = [
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
            for name in FONTS.values()
        ]
        count = len(self.pages)
        kids = " ".join(f"{3 + len(fonts) + 2 * number} 0 R" for number in range(count))
        resources = " ".join(f"/F{number} {3 + number} 0 R" for number in range(len(fonts)))
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
            *fonts,
        ]
        for number, page in enumerate(self.pages):
            content = "\n".join(page)
            annotations = " ".join(self.links) if not number else ""
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Annots [{annotations}]"
                f" /Resources << /Font << {resources} >> >> /Contents {len(objects) + 2} 0 R >>"
            )
            objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        return _file(objects)


def _file(objects: list[str]) -> bytes:
    out = b"%PDF-1.7\n"
    starts = []
    for number, text in enumerate(objects, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode("latin-1")
