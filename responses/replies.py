"""Answers to a digest by mail: what is understood is proposed, and reported once the person confirms it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaltrack import mail
from evaltrack.errors import Refused
from evaltrack.inbound.intake import Read
from evaltrack.models import InboundMail, Mail, User
from evaltrack.text import to_plain
from responses import badges, progress, reply_lines
from responses.choices import Channel, ProposalState
from responses.models import KeyAction, ProgressUpdate, Proposal, Reminder
from responses.models.link import ProposalQuerySet
from responses.reply_lines import SAME, Item, Reading

SALT = "responses.replies"
KIND, KEY = "answer", "answer/"
SHOWN = 200  # characters of a key action's text
QUOTED = 20  # lines that could not be read


# What came in --------------------------------------------------------------------------------------------


def read(inbound: InboundMail, text: str, now: datetime) -> Read | None:
    """Propose what a person wrote in answer to their digest, and write them what was understood.

    None for a mail that is no answer to one. Runs in the transaction in which the mail is taken on.
    """
    person = inbound.person
    numbered = _numbered(inbound.answers) if inbound.answers else {}
    if not numbered or person is None:
        return None
    rules = {place: action.answer.response.evaluation.profile.rules for place, action in numbered.items()}
    reading = reply_lines.read(text, rules)
    proposed = [
        (item.number, _proposal(inbound, person, numbered[item.number], item)) for item in reading.items
    ]
    _take_back(person, [one.action_id for _number, one in proposed], now)
    Proposal.objects.bulk_create(one for _number, one in proposed)
    _answer(inbound, person, proposed, reading, now)
    if not proposed:
        return Read(InboundMail.Outcome.NOTHING)
    note = ngettext("%(count)d update to be confirmed.", "%(count)d updates to be confirmed.", len(proposed))
    return Read(InboundMail.Outcome.TAKEN, note % {"count": len(proposed)})


def _numbered(answered: Mail) -> dict[int, KeyAction]:
    """The key actions of a digest by the number of their line. Who answers our answer means the digest."""
    if answered.kind == KIND:
        number = answered.key.removeprefix(KEY)
        before = (
            InboundMail.objects.select_related("answers")
            .filter(pk=number if number.isdecimal() else 0)
            .first()
        )
        return _numbered(before.answers) if before and before.answers else {}
    lines = Reminder.objects.filter(mail=answered, recipient=answered.person_id).exclude(place=None)
    places = dict(lines.values_list("place", "action"))
    actions = KeyAction.objects.present().select_related("answer__response__evaluation__profile")
    found = actions.in_bulk(set(places.values()))
    return {place: found[pk] for place, pk in sorted(places.items()) if place and pk in found}


def _proposal(inbound: InboundMail, person: User, action: KeyAction, item: Item) -> Proposal:
    status = action.status if item.status == SAME else item.status
    return Proposal(mail=inbound, person=person, action=action, status=status, comment=item.comment)


def _take_back(person: User, actions: Iterable[int], now: datetime) -> None:
    """Who writes again about an action before they confirmed means the later mail."""
    earlier = Proposal.objects.waiting().filter(person=person, action__in=actions)
    earlier.update(state=ProposalState.DISCARDED, decided_at=now)


class _Said(NamedTuple):
    """One line of our answer."""

    number: int
    text: str
    status: str
    comment: str


def _answer(
    inbound: InboundMail, person: User, proposed: list[tuple[int, Proposal]], reading: Reading, now: datetime
) -> None:
    """Write the person what was understood and what was not, with the link to confirm it."""
    with translation.override(person.language):
        understood = [
            _Said(number, _short(one.action.text), _status_words(one), one.comment)
            for number, one in proposed
        ]
        count = len(understood)
        title = ngettext("Please confirm %(count)d update", "Please confirm %(count)d updates", count)
        subject = title % {"count": count} if count else _("Your answer could not be read")
        context = {
            "person": person,
            "language": person.language,
            "title": subject,
            "understood": understood,
            "unread": reading.unread[:QUOTED],
            "no_such": reading.no_such[:QUOTED],
            "twice": reading.twice[:QUOTED],
            "url": settings.BASE_URL + address(inbound, person),
            "page": settings.BASE_URL + reverse("my_actions"),
            "days": settings.REPORT_LINK_DAYS,
        }
        mail.enqueue(
            key=f"{KEY}{inbound.pk}",
            kind=KIND,
            person=person,
            subject=subject,
            text=render_to_string("mail/reply.txt", context),
            html=render_to_string("mail/reply.html", context),
            # By its link one confirms without signing in: it is for its reader alone.
            confidential=bool(count),
            now=now,
        )


def _short(text: str) -> str:
    plain = " ".join(to_plain(text).split())
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1].rstrip()}…"


def _status_words(proposal: Proposal) -> str:
    rules = proposal.action.answer.response.evaluation.profile.rules
    return badges.of_status(rules, proposal.status).words if proposal.status else ""


# The link ------------------------------------------------------------------------------------------------


def address(inbound: InboundMail, person: User) -> str:
    """Where the person confirms what they wrote in this one mail, without a password."""
    return reverse("replies_link", args=[signing.dumps([inbound.pk, person.pk], salt=SALT)])


class Link(NamedTuple):
    """What a link was made for, and whether its days are over."""

    inbound: InboundMail
    person: User
    expired: bool


def read_link(token: str) -> Link | None:
    """What the link was made for; None where it is not ours or not whole, or the account is closed."""
    try:
        number, pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    inbound = InboundMail.objects.select_related("person").filter(pk=number, person=pk).first()
    if inbound is None or inbound.person is None or not inbound.person.is_active:
        return None
    try:
        signing.loads(token, salt=SALT, max_age=settings.REPORT_LINK_DAYS * 24 * 3600)
    except signing.SignatureExpired:
        return Link(inbound, inbound.person, expired=True)
    return Link(inbound, inbound.person, expired=False)


# What the person makes of it -----------------------------------------------------------------------------


def waiting_for(user: User) -> ProposalQuerySet:
    """What the person wrote by mail and has not confirmed, the latest mail first."""
    return Proposal.objects.waiting().filter(person=user).order_by("-mail__received_at", "pk")


@transaction.atomic
def confirm(
    proposal: Proposal, *, by: User, now: datetime, status: str, comment: str, reason_code: str = ""
) -> ProgressUpdate | None:
    """Report what a person wrote by mail, as they have now put it, as of the day their mail came in.

    What was confirmed or discarded before stays as it is. Raises PermissionDenied for anyone else; Refused
    for what cannot be reported now, and then the proposal goes on waiting.
    """
    found = _held(proposal, by)
    if found.state != ProposalState.WAITING:
        return found.update
    day = timezone.localdate(found.mail.received_at, ZoneInfo(by.time_zone))
    try:
        found.update = progress.report(
            found.action,
            by=by,
            now=now,
            as_of=min(day, timezone.localdate(now)),
            status=status,
            comment=comment,
            reason_code=reason_code,
            channel=Channel.MAIL,
        )
    except PermissionDenied as error:
        raise Refused(
            _(
                "You do not report on this key action any more: somebody else leads it now."
                " Nothing was changed."
            )
        ) from error
    found.state, found.decided_at, found.status, found.comment = ProposalState.TAKEN, now, status, comment
    found.save()
    return found.update


@transaction.atomic
def discard(proposal: Proposal, *, by: User, now: datetime) -> None:
    """The person does not want it reported. Raises PermissionDenied for anyone else."""
    found = _held(proposal, by)
    if found.state == ProposalState.WAITING:
        found.state, found.decided_at = ProposalState.DISCARDED, now
        found.save(update_fields=["state", "decided_at"])


def _held(proposal: Proposal, by: User) -> Proposal:
    if proposal.person_id != by.pk or not by.is_active:
        raise PermissionDenied
    locked = Proposal.objects.select_for_update(of=("self",))
    return locked.select_related("mail", "action__answer__response__evaluation__profile").get(pk=proposal.pk)
