"""Reminders: putting one off, what will go out, and who was told what and when."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.errors import Refused
from evaltrack.models import Membership, User
from evaltrack.roles import Permission, can, office_ids
from evaltrack.web import (
    AuthedRequest,
    came_from,
    get_or_404,
    paginate,
    render_part,
    require,
    signed_in,
)
from responses import snoozing, told_whom, upcoming
from responses.forms.reminders import ComingFilter, SnoozeForm, ToldFilter
from responses.models import KeyAction, Reminder
from responses.reminders import to_remind_of
from responses.views.follow_up import action_or_404, crumbs

PER_PAGE = 50
LINES = 3  # of a coming digest
OCCASIONS = dict(Reminder.Occasion.choices)


# Later ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def action_snooze(request: AuthedRequest, pk: int) -> HttpResponse:
    found = action_or_404(request.user, pk)
    sentence = _("Only who is reminded of this action can put that off.")
    require(snoozing.may_snooze(request.user, found), sentence)
    now = timezone.now()
    last = snoozing.latest_day(found, timezone.localdate())
    form = SnoozeForm(request.POST or None, last=last, label_suffix="")
    back = came_from(request, reverse("action", args=[pk]))
    if request.method == "POST" and form.is_valid():
        until, reason = form.cleaned_data["until"], form.cleaned_data["reason"]
        try:
            snoozing.snooze(found, until, reason, by=request.user, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("You are reminded of it again on %(day)s.") % {"day": date_format(until)}
            messages.success(request, said)
            return redirect(back)
    context = {
        "action": found,
        "form": form,
        "next": back,
        "crumbs": crumbs(found.answer.response, _("Remind me later")),
    }
    return render(request, "reminders/snooze.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def action_wake(request: AuthedRequest, pk: int) -> HttpResponse:
    found = action_or_404(request.user, pk)
    if snoozing.wake(found, by=request.user, now=timezone.now()):
        messages.success(request, _("You are reminded of it as usual again."))
    return redirect("action", pk)


# What will go out ----------------------------------------------------------------------------------------


def require_unit(request: AuthedRequest) -> None:
    sentence = _("Only the evaluation unit and administrators see which mails were sent to whom.")
    require(can(request.user, Permission.SEE_DELIVERY), sentence)


@require_safe
@signed_in
def coming_list(request: AuthedRequest) -> HttpResponse:
    """The digests of the next days about what the person sees."""
    require_unit(request)
    form = ComingFilter(request.GET)
    form.is_valid()
    data, today = form.cleaned_data, timezone.localdate()
    seen = KeyAction.objects.visible_to(request.user).order_by()
    scope = to_remind_of().filter(pk__in=seen.values("pk"))
    found = upcoming.coming(scope, now=timezone.now(), today=today)
    found = upcoming.at_office(found, data.get("office"), today)
    for word in data.get("q", "").casefold().split():
        found = [one for one in found if word in f"{one.person.name} {one.person.email}".casefold()]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = [upcoming.only(one, LINES) for one in page]
    actions = upcoming.actions_in(shown)
    rows = [
        {
            "coming": one,
            "count": len(one.items),
            "more": len(one.items) - LINES,
            "lines": [(actions[pk], OCCASIONS[occasion]) for pk, occasion in first.items if pk in actions],
        }
        for one, first in zip(page, shown, strict=True)
    ]
    context = {"form": form, "page": page, "rows": rows, "days": upcoming.DAYS, "reads": reads(request.user)}
    return render_part(request, "reminders/coming.html", "coming-list", context)


def reads(user: User) -> bool:
    """Whether the person may read the mails to others: they may tell of what is confidential."""
    return can(user, Permission.SEE_CONFIDENTIAL) and can(user, Permission.SEE_DELIVERY)


@require_safe
@signed_in
def next_digest(request: AuthedRequest, pk: int) -> HttpResponse:
    """A person's next digest as it would be now: one's own, or of those whose mails one reads."""
    person = get_or_404(User.objects.filter(is_active=True), pk=pk)
    require(person == request.user or within_reach(request.user, person), _("You may not read their mail."))
    found = upcoming.digest_of(person, now=timezone.now(), today=timezone.localdate())
    day, mail = found or (None, None)
    context = {"person": person, "day": day, "mail": mail, "days": upcoming.DAYS}
    return render(request, "reminders/next.html", context)


def within_reach(user: User, person: User) -> bool:
    """As in the log of mails: those with a role at one of the offices whose mails the person may see."""
    if user.is_superuser:
        return True
    offices = office_ids(user, Permission.SEE_DELIVERY) & office_ids(user, Permission.SEE_CONFIDENTIAL)
    held = Membership.objects.not_over(timezone.localdate()).filter(person=person)
    return held.exists() and not held.exclude(office__in=offices).exists()


# What went out -------------------------------------------------------------------------------------------


@require_safe
@signed_in
def told_list(request: AuthedRequest) -> HttpResponse:
    """Who was reminded of what, over all key actions that the person sees."""
    require_unit(request)
    form = ToldFilter(request.GET)
    form.is_valid()
    rows = told_whom.matching(told_whom.seen_by(request.user), **form.cleaned_data)
    context = {"form": form, "page": paginate(rows, request, PER_PAGE)}
    return render_part(request, "reminders/told.html", "told-list", context)


@require_safe
@signed_in
def action_told(request: AuthedRequest, pk: int) -> HttpResponse:
    """Who was told what about one key action."""
    found = action_or_404(request.user, pk)
    context = {
        "action": found,
        "told": told_whom.of_action(found),
        "sees_mails": can(request.user, Permission.SEE_DELIVERY),
        "crumbs": crumbs(found.answer.response, _("Who was told")),
    }
    return render(request, "reminders/action.html", context)
