"""Updates by mail: what a person wrote is confirmed here, signed in or by the link in our answer to it."""

import zoneinfo
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaltrack.errors import Refused
from evaltrack.models import InboundMail, User
from evaltrack.web import AuthedRequest, signed_in
from responses import badges, replies
from responses.choices import ProposalState
from responses.forms.replies import ProposalForm
from responses.models import KeyAction, Proposal
from responses.models.link import ProposalQuerySet

AT_ONCE = 100


@dataclass(slots=True)
class Row:
    """A proposal as the page shows it; ``seen`` is whether the person may still know of its key action."""

    proposal: Proposal
    seen: bool
    status: badges.Badge
    form: ProposalForm | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        return self.form is not None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: AuthedRequest) -> HttpResponse:
    """All that waits for the person who is signed in."""
    return _page(request, request.user, replies.waiting_for(request.user), None, "replies")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """What one mail said, by the link that was sent to who wrote it; it opens nothing else."""
    link = replies.read_link(token)
    if link is None:
        return _no_way(
            request, _("This link is not whole, or no longer good. Copy all of it from the mail."), 404
        )
    if isinstance(request.user, User) and request.user.pk != link.person.pk:
        return _no_way(request, _("This link was sent to another person, and nobody else can use it."), 403)
    with (
        translation.override(link.person.language),
        timezone.override(zoneinfo.ZoneInfo(link.person.time_zone)),
    ):
        if link.expired:
            sentence = _("The days of this link are over. Sign in to confirm what you wrote: it is kept.")
            return _no_way(request, sentence, 410)
        told = Proposal.objects.filter(mail=link.inbound, person=link.person).order_by("pk")
        return _page(request, link.person, told, link.inbound, "replies_link", token)


def _page(
    request: HttpRequest,
    person: User,
    proposals: ProposalQuerySet,
    inbound: InboundMail | None,
    *address: str,
) -> HttpResponse:
    rows = _rows(request, person, proposals)
    if request.method == "POST" and _decide(request, person, rows):
        return redirect(*address)
    context = {
        "person": person,
        "rows": rows,
        "waiting": sum(row.waits for row in rows),
        "inbound": inbound,
        "by_link": inbound is not None and not request.user.is_authenticated,
    }
    refused = any(row.errors or (row.form and row.form.errors) for row in rows)
    response = render(request, "replies/page.html", context, status=422 if refused else 200)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _rows(request: HttpRequest, person: User, proposals: ProposalQuerySet) -> list[Row]:
    found = proposals.select_related(
        "mail", "action__answer__recommendation", "action__answer__response__evaluation__profile"
    )[:AT_ONCE]
    actions = [one.action_id for one in found]
    seen = set(KeyAction.objects.visible_to(person).filter(pk__in=actions).values_list("pk", flat=True))
    data = request.POST if request.method == "POST" else None
    return [
        Row(
            one,
            one.action_id in seen,
            badges.of_status(one.action.answer.response.evaluation.profile.rules, one.status),
            ProposalForm(data, one, seen=one.action_id in seen)
            if one.state == ProposalState.WAITING
            else None,
        )
        for one in found
    ]


def _decide(request: HttpRequest, person: User, rows: list[Row]) -> bool:
    """Do what the button says; whether all of it could be done."""
    now = timezone.now()
    if unwanted := request.POST.get("discard"):
        for row in rows:
            if row.waits and str(row.proposal.pk) == unwanted:
                replies.discard(row.proposal, by=person, now=now)
                messages.success(request, _("Discarded: it is not reported."))
        return True
    done = 0
    for row in rows:
        # A form is there for what waits; one that the page did not show yet is not confirmed unseen.
        if row.form is None or f"{row.form.prefix}-comment" not in request.POST:
            continue
        if row.form.is_valid():
            done += _confirm(row, row.form.cleaned_data, person, now)
    if done:
        sentence = ngettext("%(count)d update is reported.", "%(count)d updates are reported.", done)
        messages.success(request, sentence % {"count": done})
    return not any(row.errors or (row.form and row.form.errors) for row in rows)


def _confirm(row: Row, said: dict[str, Any], person: User, now: Any) -> int:
    try:
        replies.confirm(
            row.proposal, by=person, now=now, status=said["status"], comment=said["comment"],
            reason_code=said.get("reason_code", ""),
        )  # fmt: skip
    except Refused as refusal:
        row.errors.append(str(refusal))
        return 0
    row.form = None
    row.proposal.refresh_from_db(fields=["state", "status", "comment"])
    return 1


def _no_way(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "replies/no_way.html", {"sentence": sentence}, status=status)
