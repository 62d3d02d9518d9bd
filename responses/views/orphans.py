"""Without a holder: what nobody would do, and naming someone for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.forms import NameForm, everyone
from evaltrack.web import AuthedRequest, require, signed_in
from responses import orphans


def require_office(request: AuthedRequest) -> None:
    require(
        orphans.looks_after(request.user),
        _("Only those who look after an office see what has no holder there."),
    )


@require_safe
@signed_in
def orphan_list(request: AuthedRequest) -> HttpResponse:
    require_office(request)
    now, today = timezone.now(), timezone.localdate()
    groups = orphans.found_by(request.user, now=now, today=today)
    context = {"groups": groups, "everyone": everyone() if groups else []}
    return render(request, "people/orphans.html", context)


@require_safe
@signed_in
def orphan_count(request: AuthedRequest) -> HttpResponse:
    """The line of "My work" that says how much it is: it takes longer than all the rest of that page."""
    require_office(request)
    found = orphans.count(request.user, now=timezone.now(), today=timezone.localdate())
    return render(request, "people/_orphan_count.html", {"count": found})


@require_POST
@signed_in
def orphan_name(request: AuthedRequest, key: str, pk: int) -> HttpResponse:
    require_office(request)
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors["person"]))
        return redirect("orphans")
    person = form.cleaned_data["person"]
    try:
        thing = orphans.name(key, pk, person, by=request.user, now=timezone.now(), today=timezone.localdate())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(person)s has it now: %(thing)s") % {"person": person, "thing": thing})
    return redirect("orphans")
