"""The links by which a person reports without a password, for them and for who manages their account."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from evaltrack import people
from evaltrack.models import User
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, Crumb, get_or_404, require, signed_in
from responses import report_links
from responses.models import KeyAction, LinkUse, ReportLink
from responses.report_links import Use

USES_SHOWN = 20  # of one link


@dataclass(frozen=True, slots=True)
class Row:
    link: ReportLink
    state: str
    good: bool
    uses: list[tuple[LinkUse, str, bool]]  # with its words, and whether the one who looks may see the action


def _row(link: ReportLink, seen: set[int]) -> Row:
    why = report_links.refusal(link, now=timezone.now())
    states = {
        Use.CLOSED: _("the account is deactivated"),
        Use.ENDED: _("withdrawn"),
        Use.CHANGED: _("ended: the password or the address changed"),
        Use.OVER: _("its days are over"),
    }
    good = _("in use") if link.opened_at else _("not opened yet")
    latest = list(link.uses.all())[:USES_SHOWN]
    uses = [(use, report_links.word(use), use.action_id in seen) for use in latest]
    return Row(link, states[why] if why else good, why is None, uses)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own(request: AuthedRequest) -> HttpResponse:
    return _list(request, request.user, [(_("My profile"), reverse("profile"))])


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def of_person(request: AuthedRequest, pk: int) -> HttpResponse:
    require(can(request.user, Permission.MANAGE_PEOPLE), _("Only administrators manage people and offices."))
    person = get_or_404(User.objects.all(), pk=pk)
    people.check(request.user, person, timezone.localdate())
    above = [(_("People"), reverse("people")), (person.name, reverse("person", args=[pk]))]
    return _list(request, person, above)


def _list(request: AuthedRequest, person: User, above: list[Crumb]) -> HttpResponse:
    """The list; a POST withdraws the ``link`` that it names, or all of them."""
    if request.method == "POST":
        named = request.POST.get("link", "")
        only = None
        if named:
            number = int(named) if named.isascii() and named.isdigit() and len(named) < 16 else 0
            only = get_or_404(ReportLink.objects.filter(person=person), pk=number)
        count = report_links.withdraw(person, by=request.user, now=timezone.now(), only=only)
        sentence = ngettext("%(count)d link withdrawn.", "%(count)d links withdrawn.", count)
        messages.success(request, sentence % {"count": count})
        return redirect(request.path)
    links = report_links.listed(person)
    used = {use.action_id for link in links for use in link.uses.all()}
    actions = KeyAction.objects.present().visible_to(request.user).filter(pk__in=[pk for pk in used if pk])
    seen = set(actions.values_list("pk", flat=True))
    rows = [_row(link, seen) for link in links]
    context = {
        "person": person,
        "mine": person == request.user,
        "rows": rows,
        "any_good": any(row.good for row in rows),
        "crumbs": [*above, (_("Links for reporting"), "")],
    }
    return render(request, "my_actions/links.html", context)
