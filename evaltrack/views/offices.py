"""The pages on which administrators keep the tree of offices."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack import mergers, offices, people
from evaltrack.errors import Refused
from evaltrack.forms import AliasForm, ChangedOfficeForm, MergerForm, OfficeFilter, OfficeForm
from evaltrack.models import Membership, Office, OfficeAlias
from evaltrack.names import folded
from evaltrack.views.people import require_manager
from evaltrack.web import AuthedRequest, Crumb, get_or_404, render_part, signed_in


def crumbs(*more: Crumb) -> list[Crumb]:
    return [(_("Offices"), reverse("offices")), *more]


@require_safe
@signed_in
def office_list(request: AuthedRequest) -> HttpResponse:
    require_manager(request)
    form = OfficeFilter(request.GET)
    form.is_valid()
    context = {"form": form, "tree": tree(timezone.localdate(), **form.cleaned_data)}
    return render_part(request, "people/offices.html", "office-tree", context)


def tree(today: date, q: str = "", closed: bool = False) -> list[Office]:
    """The offices at the top, each with ``branch``, those below it; in a search, what is found side by side.

    Each has ``members`` (how many people hold a role there) and ``is_closed``.
    """
    current = Q(memberships__in=Membership.objects.current(today).values("pk"))
    found = Office.objects.annotate(members=Count("memberships__person", filter=current, distinct=True))
    if key := folded(q):
        named = OfficeAlias.objects.filter(key__contains=key).values("office")
        found = found.filter(Q(name_key__contains=key) | Q(short_name_key__contains=key) | Q(pk__in=named))
    everything = list(found.order_by("name"))
    shown = {}
    for office in everything:
        office.is_closed = bool(office.ends_on and office.ends_on < today)  # type: ignore[attr-defined]
        office.branch = []  # type: ignore[attr-defined]
        shown[office.pk] = office
    top: list[Office] = []
    for office in everything:
        above = shown.get(office.parent_id or 0)
        if key and office.is_closed and not closed:  # type: ignore[attr-defined]
            continue
        (above.branch if above and not key else top).append(office)  # type: ignore[attr-defined]
    return top if closed or key else [office for office in top if open_in(office)]


def open_in(office: Any) -> bool:
    """Takes closed offices out of a branch, but not those above an office that still exists."""
    office.branch = [child for child in office.branch if open_in(child)]
    return bool(office.branch) or not office.is_closed


@signed_in
def office_add(request: AuthedRequest) -> HttpResponse:
    require_manager(request)
    parent = request.GET.get("parent", "")
    below = Office.objects.filter(pk=parent).first() if parent.isdigit() else None
    form = OfficeForm(
        request.POST or None, initial={"parent": below}, managed=people.managed_by(request.user)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = offices.add_office(by=request.user, today=timezone.localdate(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(office)s is added.") % {"office": made.name})
            return redirect("office", made.pk)
    return render(request, "people/office_form.html", {"form": form, "crumbs": crumbs((_("Add"), ""))})


@require_safe
@signed_in
def office(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    return show(request, one(pk), AliasForm())


def one(pk: int) -> Office:
    return get_or_404(Office.objects.select_related("parent", "focal_point", "merged_into"), pk=pk)


def show(request: AuthedRequest, shown: Office, alias_form: AliasForm, status: int = 200) -> HttpResponse:
    members = Membership.objects.current(timezone.localdate()).filter(office=shown).select_related("person")
    context = {
        "office": shown,
        "children": shown.children.order_by("name"),
        "merged_from": shown.merged_from.order_by("name"),
        "members": members.order_by("person__name", "role"),
        "aliases": shown.aliases.order_by("name"),
        "alias_form": alias_form,
        "rest_days": [WEEKDAYS[int(day) - 1] for day in shown.rest_days],
        "may_manage": shown.pk in people.managed_by(request.user),
        "crumbs": crumbs((shown.name, "")),
    }
    return render(request, "people/office.html", context, status=status)


@signed_in
def office_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown, today = one(pk), timezone.localdate()
    people.check_office(request.user, shown)
    columns = ("name", "short_name", "kind", "parent", "starts_on", "ends_on", "focal_point", "rest_days")
    form = ChangedOfficeForm(
        request.POST or None,
        initial={column: getattr(shown, column) for column in columns},
        managed=people.managed_by(request.user),
        office=shown,
        today=today,
    )
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            with transaction.atomic():
                offices.move_office(shown, by=request.user, today=today, parent=fields.pop("parent"))
                offices.change_office(shown, by=request.user, today=today, **fields)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("office", pk)
    title = (str(form.initial["name"]), reverse("office", args=[pk]))
    return render(
        request,
        "people/office_form.html",
        {"form": form, "office": shown, "crumbs": crumbs(title, (_("Change"), ""))},
    )


@signed_in
def office_merge(request: AuthedRequest, pk: int) -> HttpResponse:
    """Choose the office that goes on, see what goes there, and do it."""
    require_manager(request)
    me, today, shown = request.user, timezone.localdate(), one(pk)
    people.check_office(me, shown)
    sent = request.POST if request.method == "POST" else request.GET or None
    form = MergerForm(sent, managed=people.managed_by(me))
    into = form.cleaned_data["into"] if form.is_valid() else None
    hindrance = mergers.hindrance(shown, into, today) if into else ""
    if request.method == "POST" and into:
        try:
            mergers.merge(shown, into, by=me, today=today)
        except Refused as refusal:
            hindrance = str(refusal)
        else:
            sentence = _("%(office)s is merged into %(into)s.")
            messages.success(request, sentence % {"office": shown.name, "into": into.name})
            return redirect("office", into.pk)
    context = {
        "form": form,
        "office": shown,
        "into": into,
        "hindrance": hindrance,
        "preview": mergers.preview(shown, today) if into and not hindrance else [],
        "crumbs": crumbs((shown.name, reverse("office", args=[pk])), (_("Merge"), "")),
    }
    refused = form.errors or (request.method == "POST" and hindrance)
    return render(request, "people/office_merge.html", context, status=422 if refused else 200)


@require_POST
@signed_in
def alias_add(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown, form = one(pk), AliasForm(request.POST)
    if form.is_valid():
        try:
            offices.add_alias(shown, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("office", pk)
    return show(request, shown, form, status=422)


@require_POST
@signed_in
def alias_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    alias = get_or_404(OfficeAlias.objects.select_related("office"), pk=pk)
    offices.remove_alias(alias, by=request.user)
    messages.success(request, _("“%(name)s” is forgotten.") % {"name": alias.name})
    return redirect("office", alias.office_id)
