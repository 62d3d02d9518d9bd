"""What is done with one mail that came in, in one transaction: it is in the database, or was not taken."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import bounces, mail
from evaltrack.inbound import addresses, parsing
from evaltrack.inbound.parsing import BrokenMail, Letter
from evaltrack.models import InboundMail, Mail, User
from evaltrack.models.outbox import MailQuerySet

Outcome = InboundMail.Outcome

# Bytes. Bigger ones are not taken at the door: an answer needs a few thousand, and attachments are not read.
LARGEST = 10 * 1024 * 1024
PER_HOUR = 20  # mails of one sender that are read; more is taken for two machines that answer each other
KEPT = 20_000  # characters of a text
LOOKED_BACK = timedelta(days=400)
OF_PERSON = 2_000  # of their mails, the newest, among which the answered one is looked for
KEPT_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Read:
    """What a storey above made of an answer, and a note for the log."""

    outcome: InboundMail.Outcome
    note: str = ""


# Is given the row, what the person wrote and the moment; None where the answered mail is not one it reads.
Reader = Callable[[InboundMail, str, datetime], Read | None]


@transaction.atomic
def take(raw: bytes, *, now: datetime, recipients: Iterable[str] = ()) -> InboundMail:
    """Take one mail on, as it came over the wire; ``recipients`` are those whom the envelope names.

    The same mail a second time changes nothing. Raises nothing for what the mail is like.
    """
    key = parsing.key_of(raw)
    row, made = InboundMail.objects.get_or_create(
        key=key, defaults={"received_at": now, "outcome": Outcome.BROKEN}
    )
    if not made:
        return row
    try:
        letter = parsing.read(raw, tuple(recipients))
    except BrokenMail as error:
        row.note = _shortened(_("It could not be read: %(fault)s") % {"fault": error})
    else:
        _fill(row, letter)
        _judge(row, letter, now)
    if row.person is None and row.outcome != Outcome.BOUNCE:
        row.text = ""  # what strangers write is none of our business
    row.save()
    return row


@transaction.atomic
def too_large(head: bytes, size: int, *, now: datetime) -> InboundMail:
    """Note a mail of a mailbox that is not fetched, for its size; ``head`` are its headers."""
    row, made = InboundMail.objects.get_or_create(
        key=parsing.key_of(head), defaults={"received_at": now, "outcome": Outcome.BROKEN}
    )
    if made:
        try:
            _fill(row, parsing.read(head))
        except BrokenMail:
            row.text = ""
        sizes = {"size": size // 1024 // 1024, "most": LARGEST // 1024 // 1024}
        row.note = _("It has %(size)d MB and was not read: at most %(most)d MB are.") % sizes
        row.save()
    return row


def _fill(row: InboundMail, letter: Letter) -> None:
    row.sender, row.subject, row.text = letter.sender, letter.subject, letter.text[:KEPT]
    row.person = User.objects.filter(email__iexact=letter.sender, is_active=True).first()


def _judge(row: InboundMail, letter: Letter, now: datetime) -> None:
    """Say what becomes of it, and do that."""
    if letter.returned:
        _come_back(row, letter, now)
    elif addresses.is_own(letter.sender) or addresses.is_own_id(letter.message_id):
        row.outcome, row.note = Outcome.LOOP, _("It is one of our own mails.")
    elif letter.automatic:
        row.outcome, row.note = Outcome.AUTOMATIC, letter.automatic[:500]
    elif row.person is None:
        row.outcome = Outcome.UNKNOWN
    elif _too_many(row, now):
        row.outcome = Outcome.LOOP
        row.note = _("More than %(count)d mails within an hour: this one was not read.") % {"count": PER_HOUR}
    else:
        _read(row, letter, now)


def _too_many(row: InboundMail, now: datetime) -> bool:
    lately = InboundMail.objects.filter(sender=row.sender, received_at__gt=now - timedelta(hours=1))
    return lately.exclude(pk=row.pk).count() >= PER_HOUR


def _read(row: InboundMail, letter: Letter, now: datetime) -> None:
    """Have a storey above read what a person answered to a mail that was to them."""
    assert row.person  # noqa: S101 - for mypy
    found = _thread(letter, row.person, now)
    if found is None or found.person_id != row.person.pk:
        row.outcome = Outcome.NO_THREAD
        row.note = _("It answers a mail to someone else.") if found else ""
        if found:
            row.text = ""
        _say_where_answers_go(row, now)
        return
    row.answers = found
    readers: list[Reader] = [import_string(path) for path in settings.INBOUND_READERS]
    made = next((read for reader in readers if (read := reader(row, letter.written, now))), None)
    if made is None:
        row.outcome, row.note = Outcome.NOTHING, _("Nobody reads answers to a mail of this kind.")
        _say_where_answers_go(row, now)
        return
    row.outcome = made.outcome
    row.note = _shortened(" ".join(filter(None, (made.note, _left_out(letter)))))


def _left_out(letter: Letter) -> str:
    if not letter.attachments:
        return ""
    said = ngettext(
        "%(count)d attachment was not taken: %(names)s",
        "%(count)d attachments were not taken: %(names)s",
        len(letter.attachments),
    )
    return said % {"count": len(letter.attachments), "names": ", ".join(letter.attachments)}


def _thread(letter: Letter, person: User, now: datetime) -> Mail | None:
    """The mail that is answered: by the address we gave for that, else by the Message-IDs it names."""
    number = addresses.answered(letter.recipients)
    found = Mail.objects.filter(pk=number).first() if number else None
    return found or _by_id(letter.answers, Mail.objects.filter(person=person), now)


def _by_id(ids: Iterable[str], mails: MailQuerySet, now: datetime) -> Mail | None:
    """The one of the mails with one of these Message-IDs, the first of them first."""
    wanted = [one for one in ids if addresses.is_own_id(one)]
    if not wanted:
        return None
    recent = mails.filter(created_at__gt=now - LOOKED_BACK).order_by("-created_at", "-pk")
    keys = {mail.id_of(key): pk for pk, key in recent.values_list("pk", "key")[:OF_PERSON]}
    number = next((keys[one] for one in wanted if one in keys), None)
    return Mail.objects.filter(pk=number).first() if number else None


def _come_back(row: InboundMail, letter: Letter, now: datetime) -> None:
    """A mail of ours came back. Only one that we sent says anything of an address: of the one it went to."""
    notice = letter.returned
    assert notice  # noqa: S101 - for mypy
    row.outcome, row.note, row.person = Outcome.BOUNCE, _shortened(notice.said), None
    number = addresses.answered(letter.recipients)
    found = Mail.objects.filter(pk=number).first() if number else None
    if found is None and notice.message_ids:
        found = _by_id(notice.message_ids, Mail.objects.filter(to__in=notice.addresses), now)
    if found is None:
        row.outcome = Outcome.NO_THREAD
        return
    row.answers, row.person = found, found.person
    if notice.permanent:
        bounces.came_back(found, reason=notice.said, now=now, sent_at=found.sent_at or found.created_at)
    else:
        row.note = _shortened(_("Only delayed: %(said)s") % {"said": notice.said})


def _say_where_answers_go(row: InboundMail, now: datetime) -> None:
    """Tell a person whose mail cannot be read what to do instead, at most once a day."""
    person = row.person
    assert person  # noqa: S101 - for mypy
    with translation.override(person.language):
        text = _(
            "Dear %(name)s,\n\nyour mail “%(subject)s” came in, but we could not tell which of our mails to"
            " you it answers, and nothing was done with it. Please answer the latest mail with numbered"
            " lines, from the address %(address)s, or open EvalTrack:\n%(url)s\n"
        )
        mail.enqueue(
            key=f"inbound/lost/{person.pk}/{now:%Y-%m-%d}",
            kind="answer",
            person=person,
            subject=_("Your mail could not be read"),
            text=text
            % {
                "name": person.name,
                "subject": row.subject,
                "address": person.email,
                "url": settings.BASE_URL + reverse("home"),
            },
            now=now,
        )


def _shortened(note: str) -> str:
    return note.replace("\0", "")[:500]


def forget(*, now: datetime) -> int:
    """Remove what was not read, such as mails of strangers, after half a year; how many. Answers are kept."""
    old = InboundMail.objects.filter(received_at__lt=now - KEPT_FOR)
    return old.exclude(outcome__in=[Outcome.TAKEN, Outcome.NOTHING]).delete()[0]
