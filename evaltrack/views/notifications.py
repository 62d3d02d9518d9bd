"""One's notifications: the bell, the list, opening one, and how each kind is to reach one."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from evaltrack import notifications
from evaltrack.models import Delivery, Notification
from evaltrack.notifications import Kind
from evaltrack.web import AuthedRequest, get_or_404, paginate, render_part, signed_in


class NotificationFilter(forms.Form):
    """Which notifications the list shows."""

    state = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[("", gettext_lazy("All")), ("unread", gettext_lazy("Not read yet"))],
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What about"),
        choices=lambda: [
            ("", _("All")),
            *((kind.code, kind.label) for kind in notifications.kinds().values()),
        ],
        required=False,
    )


class ChoicesForm(forms.Form):
    """How each kind is to reach the person: one field for each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in notifications.kinds().values():
            ways = [way for way in Delivery if way != Delivery.OFF or not kind.is_mandatory]
            self.fields[kind.code] = forms.TypedChoiceField(
                label=kind.label, choices=[(way.value, way.label) for way in ways], coerce=Delivery
            )

    def groups(self) -> list[tuple[Any, list[tuple[Kind, forms.BoundField]]]]:
        """The fields under their headings, with the kind that each is about."""
        by_group = groupby(notifications.kinds().values(), key=lambda kind: kind.group)
        return [(group, [(kind, self[kind.code]) for kind in found]) for group, found in by_group]


@require_safe
@signed_in
def notification_list(request: AuthedRequest) -> HttpResponse:
    form = NotificationFilter(request.GET)
    form.is_valid()
    mine = Notification.objects.filter(person=request.user)
    context = {
        "form": form,
        "page": paginate(matching(mine, **form.cleaned_data), request),
    }
    return render_part(request, "notifications/list.html", "notification-list", context)


def matching(found: QuerySet[Notification], state: str = "", kind: str = "") -> QuerySet[Notification]:
    """Those that a filter shows, newest first."""
    if state:
        found = found.filter(read_at=None)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("-at", "-pk")


@require_safe
@never_cache
@signed_in
def notification(request: AuthedRequest, pk: int) -> HttpResponse:
    """Mark it as read and go on to what it is about, which is always a page of ours."""
    shown = get_or_404(Notification.objects.filter(person=request.user), pk=pk)
    notifications.read(shown, by=request.user, now=timezone.now())
    ours = shown.url.startswith("/") and url_has_allowed_host_and_scheme(shown.url, allowed_hosts=None)
    return redirect(shown.url if ours else reverse("notifications"))


@require_safe
@never_cache
@signed_in
def bell(request: AuthedRequest) -> HttpResponse:
    return render(request, "notifications/_bell.html")


@require_POST
@signed_in
def read_all(request: AuthedRequest) -> HttpResponse:
    count = notifications.read_all(by=request.user, now=timezone.now())
    said = ngettext(
        "%(count)d notification is marked as read.", "%(count)d notifications are marked as read.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("notifications")


@signed_in
def choices(request: AuthedRequest) -> HttpResponse:
    me = request.user
    form = ChoicesForm(request.POST or None, initial=notifications.choices_of(me))
    if request.method == "POST" and form.is_valid():
        notifications.choose(form.cleaned_data, by=me)
        messages.success(request, _("Your choice is saved. It counts for what happens from now on."))
        return redirect("notification_choices")
    crumbs = [(_("Notifications"), reverse("notifications")), (_("How I am told"), "")]
    return render(request, "notifications/choices.html", {"form": form, "crumbs": crumbs})


@require_POST
@signed_in
def choices_reset(request: AuthedRequest) -> HttpResponse:
    notifications.reset(by=request.user)
    messages.success(request, _("All kinds reach you again as they do everyone who has not chosen."))
    return redirect("notification_choices")
