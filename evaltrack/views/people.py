"""The pages on which administrators keep people and their roles."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from evaltrack import bounces, holdings, people
from evaltrack.errors import Refused
from evaltrack.forms import NewPersonForm, PeopleFilter, PersonForm, RoleForm
from evaltrack.models import Membership, Office, User
from evaltrack.roles import GRANTS, Permission, Role, can
from evaltrack.views import deputies
from evaltrack.views.account import held_by
from evaltrack.web import AuthedRequest, Crumb, get_or_404, paginate, render_part, require, signed_in


def require_manager(request: AuthedRequest) -> None:
    """403 for whoever manages people nowhere."""
    require(can(request.user, Permission.MANAGE_PEOPLE), _("Only administrators manage people and offices."))


def crumbs(*more: Crumb) -> list[Crumb]:
    return [(_("People"), reverse("people")), *more]


@require_safe
@signed_in
def people_list(request: AuthedRequest) -> HttpResponse:
    require_manager(request)
    form = PeopleFilter(request.GET)
    form.is_valid()
    page = paginate(matching(**form.cleaned_data), request)
    return render_part(request, "people/people.html", "people-list", {"form": form, "page": page})


def matching(q: str = "", office: Office | None = None, role: str = "", active: str = "") -> "QuerySet[User]":
    """The people a filter shows, each with ``held``, the current roles."""
    current = Membership.objects.current(timezone.localdate())
    found = User.objects.order_by("name", "pk")
    for word in q.split():
        found = found.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if active != "all":
        found = found.filter(is_active=active != "no")
    if office or role:
        holding = current.filter(role=role) if role else current
        if office:
            holding = holding.filter(office__in=Office.objects.all().with_sub_offices([office.pk]))
        found = found.filter(pk__in=holding.values("person"))
    shown = current.select_related("office").order_by("office__name", "role")
    return found.prefetch_related(Prefetch("memberships", shown, to_attr="held"))


@signed_in
def person_add(request: AuthedRequest) -> HttpResponse:
    require_manager(request)
    me = request.user
    form = NewPersonForm(
        request.POST or None,
        initial={"language": me.language, "time_zone": me.time_zone},
        managed=people.managed_by(me),
    )
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        role, office = fields.pop("role"), fields.pop("office")
        try:
            person = people.add_person(
                by=request.user, now=timezone.now(), roles=[(office, Role(role))] if role else [], **fields
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            sentence = _("%(email)s gets a link by mail to set a password.")
            messages.success(request, sentence % {"email": person.email})
            return redirect("person", person.pk)
    return render(request, "people/person_form.html", {"form": form, "crumbs": crumbs((_("Add"), ""))})


@require_safe
@signed_in
def person(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    managed = people.managed_by(request.user)
    return show(request, get_or_404(User.objects.all(), pk=pk), RoleForm(managed=managed), managed)


def show(
    request: AuthedRequest, shown: User, role_form: RoleForm, managed: frozenset[int], status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    may_manage = people.may_manage(request.user, shown, today, managed)
    held = holdings.of(shown, by=request.user, today=today) if may_manage else []
    bounce = bounces.of(shown)
    context = {
        "person": shown,
        "held": held_by(shown),
        "managed": managed,
        "may_manage": may_manage,
        "holdings": held,
        "binds": any(one.binds for one in held),
        "role_form": role_form,
        "bounce": bounce,
        "may_settle": bounce and can(request.user, Permission.SEE_DELIVERY),
        **deputies.shown(shown, request.user, may_manage=may_manage),
        "crumbs": crumbs((shown.name, "")),
    }
    return render(request, "people/person.html", context, status=status)


@signed_in
def person_edit(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown, today = get_or_404(User.objects.all(), pk=pk), timezone.localdate()
    people.check(request.user, shown, today)
    initial = {name: getattr(shown, name) for name in (*people.OWN_FIELDS, "email")}
    form = PersonForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_person(shown, by=request.user, today=today, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("person", pk)
    above = (initial["name"], reverse("person", args=[pk]))
    context = {"form": form, "person": shown, "crumbs": crumbs(above, (_("Change"), ""))}
    return render(request, "people/person_form.html", context)


@require_POST
@signed_in
def person_invite(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown = get_or_404(User.objects.all(), pk=pk)
    try:
        people.invite(shown, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("A new invitation is on its way to %(email)s.") % {"email": shown.email})
    return redirect("person", pk)


@require_POST
@signed_in
def person_deactivate(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown = get_or_404(User.objects.all(), pk=pk)
    try:
        people.deactivate(shown, by=request.user, today=timezone.localdate())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{reverse('person_hand_over', args=[pk])}?close")
    messages.success(request, _("%(person)s can no longer sign in.") % {"person": shown})
    return redirect("person", pk)


@require_POST
@signed_in
def person_activate(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown = get_or_404(User.objects.all(), pk=pk)
    people.activate(shown, by=request.user, today=timezone.localdate())
    messages.success(request, _("%(person)s can sign in again.") % {"person": shown})
    return redirect("person", pk)


@require_POST
@signed_in
def role_grant(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown, managed = get_or_404(User.objects.all(), pk=pk), people.managed_by(request.user)
    form = RoleForm(request.POST, managed=managed)
    if form.is_valid():
        fields = {**form.cleaned_data, "role": Role(form.cleaned_data["role"])}
        try:
            people.grant(shown, by=request.user, today=timezone.localdate(), **fields)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("person", pk)
    return show(request, shown, form, managed, status=422)


@require_POST
@signed_in
def role_end(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    held = get_or_404(Membership.objects.select_related("person", "office"), pk=pk)
    try:
        people.end_membership(held, by=request.user, today=timezone.localdate())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("%(person)s is no longer %(role)s at %(office)s.")
            % {"person": held.person, "role": held.get_role_display(), "office": held.office},
        )
    return redirect("person", held.person_id)


@require_safe
@signed_in
def roles(request: AuthedRequest) -> HttpResponse:
    """Who may do what: what each role includes, and who holds it where."""
    current = Membership.objects.current(timezone.localdate())
    chosen = request.GET.get("role", "")
    holders = current.filter(role=chosen) if chosen in Role.values else current
    holders = holders.select_related("person", "office").order_by("person__name", "office__name", "role")
    context: dict[str, Any] = {
        "roles": list(Role),
        "rows": [(permission, [permission in GRANTS[role] for role in Role]) for permission in Permission],
        "chosen": chosen,
        "page": paginate(holders, request),
        "manages": can(request.user, Permission.MANAGE_PEOPLE),
    }
    return render_part(request, "people/roles.html", "holders", context)
