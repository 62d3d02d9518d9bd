"""Evidence: files and links that show what a progress update says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from evaltrack import audit, files, media, notifications
from evaltrack.changes import change
from evaltrack.errors import Refused
from evaltrack.models import StoredFile, User
from recommendations.profiles import Profile, in_language
from responses import kinds
from responses.models import Evidence, KeyAction, ProgressUpdate
from responses.models.progress import EvidenceQuerySet
from responses.permissions import access
from responses.subjects import Subject, address, named, number, response_of
from responses.wording import lock

MOST = 20  # pieces of evidence on one update
LONGEST_LINK = 2000


# What is attached ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that lies in the store already, or a link; and what it is called."""

    name: str
    file: StoredFile | None = None
    url: str = ""


def uploaded(upload: files.Upload, *, now: datetime) -> Attachment:
    """Store a file that came in, before the transaction that reports; raises Refused.

    Where nothing is reported after all, the store forgets it a day later.
    """
    row = files.store(upload, now=now)
    kind = media.KINDS[row.media_type]
    return Attachment(media.full_name(media.clean_name(upload.name), kind), file=row)


def linked(url: str, title: str = "") -> Attachment:
    """A link to what lies elsewhere; raises Refused for what is no address of the web."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or not host or media.one_line(url) != url or " " in url:
        raise Refused(_("A link begins with https:// or http:// and names a place on the web."))
    if parts.username or parts.password:
        raise Refused(_("The link holds a name or a password before the @. Leave them out."))
    if len(url) > LONGEST_LINK:
        raise Refused(
            _("The link is too long: it may have up to %(most)d characters.") % {"most": LONGEST_LINK}
        )
    called = media.one_line(title) or f"{host}{parts.path if parts.path != '/' else ''}"
    return Attachment(called[: media.LONGEST_NAME], url=url)


# Is it wanted? -------------------------------------------------------------------------------------------


def is_required(subject: Subject, rules: Profile, status: str) -> bool:
    """Whether an update that says so must be shown to be true: see ``[evidence]`` of the rule profile."""
    wanted = rules.evidence
    answer = subject.answer if isinstance(subject, KeyAction) else subject
    of_priority = not wanted.priorities or answer.recommendation.priority in wanted.priorities
    return rules.common(status) in wanted.statuses and of_priority


def statuses_needing(subject: Subject, rules: Profile) -> list[str]:
    """The statuses, as the organisation calls them, that need evidence here; none where there is some."""
    needing = [one for one in rules.statuses if is_required(subject, rules, one.code)]
    if not needing or of(subject).exists():
        return []
    return [in_language(one.labels, get_language() or "en") for one in needing]


def missing(subject: Subject, rules: Profile, status: str, attachments: Sequence[Attachment]) -> str:
    """The sentence to refuse a report with, where evidence is required and there is none yet; else ""."""
    if attachments or not is_required(subject, rules, status) or of(subject).exists():
        return ""
    rule = rules.status(status)
    label = in_language(rule.labels, get_language() or "en") if rule else status
    return _("“%(status)s” needs evidence here. Attach a file, or give a link.") % {"status": label}


def check(subject: Subject, rules: Profile, status: str, attachments: Sequence[Attachment]) -> None:
    """Raise Refused where evidence is missing."""
    if sentence := missing(subject, rules, status, attachments):
        raise Refused(sentence)


def of(subject: Subject) -> EvidenceQuerySet:
    """All that stands on its updates and can be looked at."""
    about = Q(update__action=subject) if isinstance(subject, KeyAction) else Q(update__answer=subject)
    infected = Q(file__scan=StoredFile.Scan.INFECTED)
    return Evidence.objects.present().filter(about).exclude(infected)


# Attaching and removing ----------------------------------------------------------------------------------


def subject_of(update: ProgressUpdate) -> Subject:
    subject = update.action or update.answer
    assert subject is not None  # noqa: S101 - the database holds that there is one
    return subject


def may_attach(by: User, subject: Subject) -> bool:
    """Whoever reports on it."""
    allowed = access(by, response_of(subject))
    return allowed.may_report(subject) if isinstance(subject, KeyAction) else allowed.report


@transaction.atomic
def attach(
    update: ProgressUpdate, attachments: Sequence[Attachment], *, by: User | None, now: datetime
) -> list[Evidence]:
    """Add them to the update; what is on it already is not added again.

    Raises PermissionDenied, and Refused for too many, too large, or a file that was swept meanwhile.
    """
    if not attachments:
        return []
    subject = subject_of(update)
    if by and not may_attach(by, subject):
        raise PermissionDenied
    lock(response_of(subject))
    there = list(Evidence.objects.present().filter(update=update).select_related("file"))
    seen = {(one.file_id, one.url) for one in there}
    new: list[Attachment] = []
    for one in attachments:
        key = (one.file.pk if one.file else None, one.url)
        if key not in seen:
            seen.add(key)
            new.append(one)
    _check_amount(there, new)
    _check_stored(new)
    made = [
        Evidence.objects.create(
            update=update, file=one.file, url=one.url, name=one.name, added_by=by, added_at=now
        )
        for one in new
    ]
    evaluation = response_of(subject).evaluation
    for row in made:
        what = {"file": ("", row.file.sha256)} if row.file else {"url": ("", row.url)}
        audit.record("attached", row, by=by, parent=evaluation, changes={"name": ("", row.name), **what})
    return made


def _check_amount(there: Sequence[Evidence], new: Sequence[Attachment]) -> None:
    if len(there) + len(new) > MOST:
        raise Refused(
            ngettext(
                "An update holds up to %(most)d file or link.",
                "An update holds up to %(most)d files and links.",
                MOST,
            )
            % {"most": MOST}
        )
    stored = [one.file for one in there if one.file] + [one.file for one in new if one.file]
    most = settings.MAX_UPDATE_MB * files.MEGABYTE
    if sum(one.size for one in stored) > most:
        raise Refused(too_large_together(most))


def too_large_together(most: int) -> str:
    return _("The files of one update may have up to %(most)s together.") % {"most": filesizeformat(most)}


def _check_stored(new: Sequence[Attachment]) -> None:
    """Locks the files, so that the sweep leaves them alone."""
    wanted = {one.file.pk for one in new if one.file}
    held = StoredFile.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    if len(list(held.values_list("pk", flat=True))) < len(wanted):
        raise Refused(_("A file was uploaded too long ago. Choose it again."))


def told_before(made: Iterable[Evidence]) -> list[str]:
    """A sentence for each file that hangs on another update of the evaluation, too: on which, since when."""
    sentences = []
    for row in made:
        if row.file is None:
            continue
        evaluation = response_of(subject_of(row.update)).evaluation
        updates = ProgressUpdate.objects.present().filter(
            Q(action__answer__response__evaluation=evaluation) | Q(answer__response__evaluation=evaluation)
        )
        others = Evidence.objects.present().filter(file=row.file, update__in=updates).exclude(pk=row.pk)
        first = others.select_related(*_ABOUT, "added_by").order_by("added_at", "pk").first()
        if first:
            sentences.append(_told(row, first))
    return sentences


_ABOUT = (
    "update__action__answer__recommendation",
    "update__action__answer__response__evaluation__profile",
    "update__answer__recommendation",
    "update__answer__response__evaluation__profile",
)


def _told(row: Evidence, first: Evidence) -> str:
    subject = subject_of(first.update)
    words = (
        _("“%(name)s” is already attached to key action %(number)s, by %(person)s on %(day)s.")
        if isinstance(subject, KeyAction)
        else _("“%(name)s” is already attached to recommendation %(number)s, by %(person)s on %(day)s.")
    )
    return words % {
        "name": row.name,
        "number": number(subject),
        "person": first.added_by or "EvalTrack",
        "day": date_format(timezone.localtime(first.added_at), "DATE_FORMAT"),
    }


def may_remove(by: User, evidence: Evidence) -> bool:
    """Whoever added it, and those who report for the office."""
    subject = subject_of(evidence.update)
    return (evidence.added_by_id == by.pk and may_attach(by, subject)) or access(
        by, response_of(subject)
    ).report


@transaction.atomic
def remove(evidence: Evidence, *, by: User, now: datetime, reason: str) -> None:
    """Take it off the update; the file stays, and ``restore`` brings it back.

    Raises PermissionDenied; Refused without a reason, and where the status needs it.
    """
    if not may_remove(by, evidence):
        raise PermissionDenied
    if not reason.strip():
        raise Refused(_("Say in a word why it is removed; the history keeps it."))
    subject = subject_of(evidence.update)
    lock(response_of(subject))
    evidence.refresh_from_db(fields=["removed_at"])
    if evidence.removed_at:
        return
    if _is_needed(evidence, subject):
        raise Refused(_("The status needs evidence, and this is all there is. Attach something else first."))
    parent = response_of(subject).evaluation
    change(
        evidence, by=by, verb="removed", parent=parent, also={"reason": ("", reason.strip())}, removed_at=now
    )  # fmt: skip


def _is_needed(evidence: Evidence, subject: Subject) -> bool:
    """Whether it is all that shows what the status says, where that must be shown."""
    rules = response_of(subject).evaluation.profile.rules
    return is_required(subject, rules, subject.status) and list(of(subject)[:2]) == [evidence]


@transaction.atomic
def restore(evidence: Evidence, *, by: User) -> None:
    """Bring back what was removed."""
    if not may_remove(by, evidence):
        raise PermissionDenied
    parent = response_of(subject_of(evidence.update)).evaluation
    change(evidence, by=by, verb="restored", parent=parent, removed_at=None)


# Malware -------------------------------------------------------------------------------------------------


def found_infected(file: StoredFile, *, now: datetime) -> None:
    """Tell whoever attached it; called when the scanner has spoken."""
    rows = Evidence.objects.present().filter(file=file).select_related("added_by", *_ABOUT)
    for row in rows.order_by("pk"):
        subject = subject_of(row.update)
        audit.record(
            "infected", row, by=None, parent=response_of(subject).evaluation,
            changes={"malware": ("", file.scan_says)},
        )  # fmt: skip
        if row.added_by:
            _tell(row, row.added_by, subject, file, now)


def _tell(row: Evidence, person: User, subject: Subject, file: StoredFile, now: datetime) -> None:
    notifications.tell(
        [person],
        kinds.MALWARE_FOUND,
        key=f"malware.{row.pk}",
        about=f"file.{file.pk}",
        text=lambda: (
            _(
                "Malware (%(found)s) was found in “%(name)s”, which you attached to %(subject)s. The file "
                "was deleted. Have your computer checked, and attach a clean copy."
            )
            % {"found": file.scan_says, "name": row.name, "subject": named(subject)}
        ),
        url=address(subject),
        now=now,
    )
