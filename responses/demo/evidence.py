"""Evidence of the demo: a signed list as PDF, a photo, and a link, on reports that others made."""

import io
from datetime import date

from evaltrack import audit, files
from responses import evidence
from responses.demo.moments import Moments
from responses.evidence import Attachment
from responses.models import ProgressUpdate


def make(moments: Moments) -> None:
    """On the latest two reports that say that a key action is completed, or else on the latest two."""
    reports = (
        ProgressUpdate.objects.exclude(action=None).exclude(reported_by=None).select_related("reported_by")
    )
    done = reports.filter(action__closed_as="completed")
    latest = list((done if done.count() > 1 else reports).order_by("-reported_at", "-pk")[:2])
    for update, attachments in zip(latest, (_signed, _photographed), strict=False):
        with audit.at(update.reported_at), audit.one_click():
            made = attachments(moments, update.as_of)
            evidence.attach(update, made, by=update.reported_by, now=update.reported_at)


def _signed(moments: Moments, day: date) -> list[Attachment]:
    lines = ["Record of handover", str(day), "", "1  R. Tamsin", "2  O. Veldkamp", "3  J. Sunniva"]
    lines += ["", "Everything is complete."]
    content = _page(lines, (620, 877), "PDF")
    return [
        _uploaded(content, "handover-signed.pdf", moments),
        evidence.linked("https://example.org/records/handover"),
    ]


def _photographed(moments: Moments, day: date) -> list[Attachment]:
    return [_uploaded(_page(["On site", str(day)], (960, 640), "PNG"), "on-site.png", moments)]


def _uploaded(content: bytes, name: str, moments: Moments) -> Attachment:
    return evidence.uploaded(files.Upload(io.BytesIO(content), name), now=moments.at(1))


def _page(lines: list[str], size: tuple[int, int], form: str) -> bytes:
    """A drawing with some writing on it."""
    from PIL import Image, ImageDraw, ImageFont

    made = Image.new("RGB", size, "#f4f1e8")
    drawn, font = ImageDraw.Draw(made), ImageFont.load_default(size=28)
    width, height = size
    if form == "PNG":
        drawn.rectangle((0, 0, width, height // 2), fill="#a8c8dc")
        drawn.polygon(
            [(0, height * 2 // 3), (width // 3, height // 4), (width, height * 2 // 3)], fill="#6d7f5b"
        )
        drawn.ellipse((width // 3, height // 2, width * 2 // 3, height * 9 // 10), fill="#3f7d97")
    for number, line in enumerate(lines):
        drawn.text((50, 50 + 50 * number), line, fill="#222222", font=font)
    kept = io.BytesIO()
    made.save(kept, form)
    return kept.getvalue()
