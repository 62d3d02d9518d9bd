"""What a register says of an evaluation besides its cover: for its page."""

from dataclasses import dataclass

from django.db.models import Q

from evaltrack.models import User
from recommendations.choices import DescriptorKind
from recommendations.models import Evaluation, EvaluationDocument, RegisterEntry
from recommendations.register.columns import printed

RELATED = 20


@dataclass(frozen=True, slots=True)
class Described:
    """``groups``: what it is called and its texts; ``cells``: the register's row as it was imported."""

    groups: list[tuple[str, list[str]]]
    documents: list[EvaluationDocument]
    related: list[Evaluation]
    entry: RegisterEntry | None
    cells: list[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.groups or self.documents or self.related or self.entry)


def described(evaluation: Evaluation, user: User) -> Described:
    """Its descriptors, documents and row, and those of the same project or title that the person may see."""
    texts: dict[str, list[str]] = {}
    for one in evaluation.descriptors.all():
        texts.setdefault(one.kind, []).append(one.text)
    codes = texts.get(DescriptorKind.PROJECT_CODE, [])
    same = Q(title__iexact=evaluation.title)
    if codes:
        same |= Q(descriptors__kind=DescriptorKind.PROJECT_CODE, descriptors__text__in=codes)
    related = Evaluation.objects.visible_to(user).filter(same).exclude(pk=evaluation.pk)
    entry = RegisterEntry.objects.filter(evaluation=evaluation).first()
    return Described(
        [(str(kind.label), texts[kind]) for kind in DescriptorKind if kind in texts],
        list(evaluation.documents.all()),
        list(related.distinct().only("reference", "title", "short_title", "report_date")[:RELATED]),
        entry,
        [(printed(name).removeprefix("? "), text) for name, text in entry.cells.items() if text]
        if entry
        else [],
    )
