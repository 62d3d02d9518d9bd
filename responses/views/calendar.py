"""Deadlines by month, and as feeds and files for calendar programs."""

import hashlib
import zoneinfo
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaltrack.documents import calendar
from evaltrack.errors import Refused
from evaltrack.models import Office, User
from evaltrack.web import AuthedRequest, get_or_404, signed_in
from responses import dates, feeds, month
from responses.forms.calendar import CalendarFilter, FeedForm
from responses.models import CalendarFeed
from responses.views.follow_up import action_or_404

ICS = "text/calendar; charset=utf-8"


@require_safe
@signed_in
def calendar_page(request: AuthedRequest) -> HttpResponse:
    """One month: one's own deadlines, or those of an office."""
    today = timezone.localdate()
    first = month.read(request.GET.get("month", ""), today)
    form = CalendarFilter(request.GET, offices=dates.offices_of(request.user))
    office = form.cleaned_data.get("office") if form.is_valid() else None
    window = month.window(first, today)
    entries = (
        dates.of_office(request.user, office, window) if office else dates.of_person(request.user, window)
    )
    context = {
        "form": form if form.has_offices else None,
        "office": office,
        "month": month.laid_out(first, entries, today),
        "today": today,
    }
    return render(request, "calendar/month.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def feed_list(request: AuthedRequest) -> HttpResponse:
    """One's calendar addresses; after making one the page holds its secret, this one time."""
    allowed = dates.offices_of(request.user)
    form = FeedForm(
        request.POST if request.method == "POST" else None,
        offices=allowed,
        initial={"office": request.GET.get("office")},
    )
    made = address = None
    if request.method == "POST" and form.is_valid():
        office: Office | None = form.cleaned_data["office"]
        try:
            made, secret = feeds.make(by=request.user, now=timezone.now(), office=office)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            address = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
    live = CalendarFeed.objects.live().filter(person=request.user).select_related("office")
    context = {
        "form": form,
        "feeds": live.order_by("-made_at", "-pk"),
        "made": made,
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://") if address else "",
    }
    return render(request, "calendar/feeds.html", context)


@require_POST
@signed_in
def feed_revoke(request: AuthedRequest, pk: int) -> HttpResponse:
    feed = get_or_404(CalendarFeed.objects.live().filter(person=request.user), pk=pk)
    feeds.revoke(feed, by=request.user, now=timezone.now())
    messages.success(request, _("The address is revoked: calendar programs find nothing there any more."))
    return redirect("calendar_feeds")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar program reads. The address is the key, so nobody signs in here."""
    found = feeds.opened(secret)
    if found is None:
        raise Http404
    now, person = timezone.now(), found.person
    with translation.override(person.language), timezone.override(_zone(person)):
        content = calendar.make(feeds.events(found, now=now), name=feeds.title(found))
    feeds.note_reading(found, now=now)
    response = HttpResponse(content, content_type=ICS)
    response.headers["Cache-Control"] = "private, max-age=900"
    response.headers["Content-Disposition"] = 'inline; filename="evaltrack.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return cast(HttpResponse, get_conditional_response(request, etag=etag, response=response))


@require_safe
@signed_in
def action_ics(request: AuthedRequest, pk: int) -> HttpResponse:
    """The deadline of one key action, to be put into a calendar."""
    entry = dates.of_action(action_or_404(request.user, pk), timezone.localdate())
    if entry is None:
        raise Http404
    events = feeds.of_action(entry, request.user.time_zone)
    content = calendar.make(events, name=_("EvalTrack"), method="PUBLISH")
    name = f'attachment; filename="deadline-{pk}.ics"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=f"{ICS}; method=PUBLISH", headers=headers)


def _zone(person: User) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(person.time_zone)
    except (KeyError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")
