"""Paragraphs of a file as one text in the small Markdown of ``evaltrack.text``."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from evaltrack.documents.content import Paragraph
from evaltrack.documents.emphasis import Run, cut, from_markdown, plain, to_markdown

_LIKE = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "–": "-", "—": "-"})


def joined(texts: Iterable[tuple[Paragraph, str]]) -> str:
    """Paragraphs, each with its text, as one: list items a line each, all else with a blank line between."""
    out: list[str] = []
    widths: list[int] = []  # what each list that is open is indented by, in blanks
    outermost = 0
    for paragraph, text in texts:
        if not text.strip():
            continue
        if paragraph.level is None:
            widths = []
            out.append(text)
            continue
        marker = paragraph.marker if paragraph.marker[:-1].isdecimal() else "-"
        goes_on = bool(widths)
        outermost = outermost if goes_on else paragraph.level
        widths = widths[: max(0, paragraph.level - outermost)]
        indent = " " * sum(widths)
        widths.append(len(marker) + 1)
        below = "\n" + " " * sum(widths)
        item = f"{indent}{marker} {text.replace(chr(10), below)}"
        if goes_on:
            out[-1] += f"\n{item}"
        else:
            out.append(item)
    return "\n\n".join(out)


def said(paragraph: Paragraph) -> str:
    """Its text, with the emphasis of all of it, which is told apart from that of a part."""
    runs = from_markdown(paragraph.text)
    bold = paragraph.bold and not any(run.bold for run in runs)
    italic = paragraph.italic and not any(run.italic for run in runs)
    return markdown([replace(run, bold=run.bold or bold, italic=run.italic or italic) for run in runs])


def after(paragraph: Paragraph, labels: Sequence[str]) -> str | None:
    """What a paragraph says after the label that it begins with; None where it begins with none of them."""
    runs = from_markdown(paragraph.text)
    letters = plain(runs).translate(_LIKE).casefold()
    for label in labels:
        wanted = label.translate(_LIKE).casefold()
        if not letters.startswith(wanted):
            continue
        rest = cut(runs, len(wanted))
        lead = plain(rest)[: len(plain(rest)) - len(plain(rest).lstrip(": \u00a0\u202f\n"))]
        rest = cut(rest, len(lead))
        looks = [paragraph.bold and not any(run.bold for run in runs), False]
        return markdown([replace(run, bold=run.bold or looks[0]) for run in rest])
    return None


def markdown(runs: Sequence[Run]) -> str:
    """As ``to_markdown``, but for emphasis of the whole, which is kept."""
    letters = [run for run in runs if run.text.strip() and not run.atom]
    bold = bool(letters) and all(run.bold for run in letters)
    italic = bool(letters) and all(run.italic for run in letters)
    text = to_markdown(
        [replace(run, bold=run.bold and not bold, italic=run.italic and not italic) for run in runs]
    )
    mark = "*" * (2 * bold + italic)
    if not mark or not text.strip():
        return text
    inner = text.strip()
    lead, _text, tail = text.partition(inner)
    return f"{lead}{mark}{inner}{mark}{tail}"
