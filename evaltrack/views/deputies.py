"""Naming deputies and ending it, on one's own profile or, for administrators, on the page of a person."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaltrack import deputies
from evaltrack.errors import Refused
from evaltrack.forms import DeputyForm, everyone
from evaltrack.models import Deputy, User
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, get_or_404, signed_in


def shown(person: User, by: User, *, may_manage: bool = False) -> dict[str, Any]:
    """What the part ``people/_deputies.html`` needs: three queries."""
    today = timezone.localdate()
    names_deputies = person.is_active and (may_manage or by.pk == person.pk)
    return {
        "deputies": deputies.of(person, today),
        "duties": deputies.duties_of(person, today),
        "deputy_form": DeputyForm(initial={"starts_on": today}) if names_deputies else None,
        "everyone": everyone() if names_deputies else [],
        "is_me": by.pk == person.pk,
        "today": today,
    }


def nameable(by: User) -> Q:
    """Whose deputies a person may know of: their own and, for administrators, everybody's."""
    return Q() if can(by, Permission.MANAGE_PEOPLE) else Q(pk=by.pk)


@require_POST
@signed_in
def deputy_name(request: AuthedRequest, pk: int) -> HttpResponse:
    me, now = request.user, timezone.now()
    person = get_or_404(User.objects.filter(nameable(me)), pk=pk)
    deputies.check(me, person, timezone.localdate(now))
    form = DeputyForm(request.POST)
    if form.is_valid():
        try:
            made = deputies.name(person, by=me, now=now, today=timezone.localdate(now), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            sentence = _("%(deputy)s stands in for %(person)s, and knows it now.")
            messages.success(request, sentence % {"deputy": made.deputy, "person": person})
            return redirect(back(me, person))
    context = {
        "form": form,
        "person": person,
        "everyone": everyone(),
        "back": back(me, person),
        "crumbs": [(person.name, back(me, person)), (_("Deputy"), "")],
    }
    return render(request, "people/deputy.html", context, status=422)


@require_POST
@signed_in
def deputy_end(request: AuthedRequest, pk: int) -> HttpResponse:
    me, now = request.user, timezone.now()
    rows = Deputy.objects.filter(person__in=User.objects.filter(nameable(me))).select_related("person")
    row = get_or_404(rows.select_related("deputy"), pk=pk)
    deputies.end(row, by=me, now=now, today=timezone.localdate(now))
    sentence = _("%(deputy)s no longer stands in for %(person)s.")
    messages.success(request, sentence % {"deputy": row.deputy, "person": row.person})
    return redirect(back(me, row.person))


def back(me: User, person: User) -> str:
    return reverse("profile") if me.pk == person.pk else reverse("person", args=[person.pk])
