"""What a person wrote, without the mail they answered below it and the signature their program puts under it.

Line by line and with bounded expressions: a mail is a stranger's text, and must not cost more than its
length.
"""

import re

LONGEST = 300  # characters of a line that are looked at
# "On Monday, Ana wrote:", which programs break into as many as three lines.
INTRO = re.compile(
    r"\W{0,4}(On|Le|El|Am)\b.{0,400}\b(wrote|a écrit|escribió|schrieb)\b.{0,120}:\s*$",
    re.IGNORECASE,
)
INTRO_STARTS = re.compile(r"\W{0,4}(On|Le|El|Am)\b", re.IGNORECASE)
INTRO_LINES = 3
FROM = re.compile(r"[*\s]{0,4}(From|De|Von)[*\s\xa0]{0,3}:", re.IGNORECASE)
FIELDS = re.compile(
    r"[*\s]{0,4}(Sent|Date|To|Cc|Subject|Envoyé|À|A|Objet|Enviado|Fecha|Para|Asunto|Gesendet|Datum|An|Betreff)"
    r"[*\s\xa0]{0,3}:",
    re.IGNORECASE,
)
SEPARATOR = re.compile(
    r"\s{0,4}(_{20,}|-{3,}\s?("
    r"original message|forwarded message|message d[’']origine|message original|message transféré|"
    r"mensaje original|mensaje reenviado|ursprüngliche nachricht)\s?-{3,})\s*$",
    re.IGNORECASE,
)
DEVICE = re.compile(
    r"\s{0,4}(sent from (my|outlook|mail|yahoo)|get outlook for|"
    r"envoyé (de(puis)?|à partir de) |télécharge[rz] outlook|"
    r"enviado desde |obtener outlook|von meinem .{0,60}gesendet|gesendet (von|mit) |outlook für )",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """The person's own lines. Answers between quoted lines are kept, one after the other."""
    lines = text.split("\n")
    kept: list[str] = []
    skip = 0
    for number, line in enumerate(lines):
        if skip:
            skip -= 1
            continue
        if line.rstrip() == "--" or SEPARATOR.match(line[:LONGEST]) or _is_header(lines, number):
            break
        if length := _intro(lines, number):
            if not _is_quoted_below(lines, number + length):
                break
            skip = length - 1
        elif not line.lstrip().startswith(">") and not DEVICE.match(line[:LONGEST]):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _is_header(lines: list[str], number: int) -> bool:
    """Whether the head of the answered mail begins here, as Outlook writes it."""
    if not FROM.match(lines[number][:LONGEST]):
        return False
    return sum(bool(FIELDS.match(line[:LONGEST])) for line in lines[number + 1 : number + 8]) >= 2


def _intro(lines: list[str], number: int) -> int:
    """How many lines, from this one, say who wrote what is quoted below."""
    if not INTRO_STARTS.match(lines[number][:LONGEST]):
        return 0
    for length in range(1, INTRO_LINES + 1):
        if not lines[number + length - 1 : number + length] or not lines[number + length - 1].strip():
            break
        joined = " ".join(line[:LONGEST] for line in lines[number : number + length])
        if INTRO.match(joined):
            return length
    return 0


def _is_quoted_below(lines: list[str], number: int) -> bool:
    below = (line for line in lines[number : number + 5] if line.strip())
    return next(below, "").lstrip().startswith(">")
