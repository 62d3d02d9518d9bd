"""My actions on one light page: signed in, or by the link in a digest.

Both doors lead to the same page; ``Door`` is what differs. By the link a person sees only what they lead, and
nothing else of the site: it signs nobody in.
"""

import uuid
import zoneinfo
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from evaltrack import audit, browsers
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import User
from evaltrack.web import AuthedRequest, by_script, signed_in
from evaltrack.zones import beginning
from responses import my_actions, report_links
from responses.choices import Channel
from responses.forms.my_actions import TellForm
from responses.models import KeyAction, ReportLink
from responses.my_actions import Line, Meanwhile, Mine
from responses.report_links import Use

COOKIE = "report_browser"


@dataclass(frozen=True, slots=True)
class Door:
    """How the person came in: signed in, or by a link."""

    request: HttpRequest
    person: User
    link: ReportLink | None
    now: datetime
    home: str

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def since(self) -> datetime:
        """When the person's day began: what they told in it, they can correct."""
        return beginning(self.today, self.person.time_zone)

    @property
    def channel(self) -> Channel:
        return Channel.LINK if self.link else Channel.PAGE

    def mine(self) -> Mine:
        return my_actions.mine(self.person, since=self.since, only_led=self.link is not None)

    def lines(self, mine: Mine, shown: Iterable[int]) -> list[Line]:
        shown = list(shown)
        keys = (str(uuid.uuid4()) for _each in shown)
        return my_actions.lines(mine, shown, today=self.today, keys=keys)

    def note(self, what: Use, action: KeyAction | None = None) -> None:
        if self.link:
            note(self.request, self.link, what, action)


# Signed in -----------------------------------------------------------------------------------------------


def _signed_in_door(request: AuthedRequest) -> Door:
    return Door(request, request.user, None, timezone.now(), reverse("my_actions"))


@require_http_methods(["GET", "HEAD"])
@signed_in
def page(request: AuthedRequest) -> HttpResponse:
    return _page(_signed_in_door(request))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def tell(request: AuthedRequest, pk: int) -> HttpResponse:
    """Report on one of them. Who comes here from signing in again finds the line open."""
    door = _signed_in_door(request)
    if request.method == "POST":
        return _tell(door, pk)
    if pk not in door.mine().order:
        raise Http404
    return redirect(f"{door.home}?open={pk}#a{pk}")


# By the link ---------------------------------------------------------------------------------------------

LinkView = Callable[..., HttpResponse]


def by_link(view: LinkView) -> LinkView:
    """For the addresses below a link: the view gets a door for whom it was made, in their language and time.

    No check for forged requests: the address itself is the secret that one would have to know, and with the
    policy of naming no referrer browsers send no origin that could be checked.
    """

    @csrf_exempt
    @wraps(view)
    def checked(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        link = report_links.read(token)
        if link is None:
            return _private(render(request, "my_actions/unknown.html", status=404))
        if not ratelimit.consume(request, action="report_link", key=str(link.pk)):
            return _private(ratelimit.respond_429(request))
        with ExitStack() as stack:
            stack.enter_context(translation.override(link.person.language))
            stack.enter_context(timezone.override(zoneinfo.ZoneInfo(link.person.time_zone)))
            stack.enter_context(audit.one_click())
            home = reverse("report_link", args=[token])
            return _private(view(Door(request, link.person, link, timezone.now(), home), **more))

    return checked


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def note(request: HttpRequest, link: ReportLink, what: Use, action: KeyAction | None = None) -> None:
    browser = browsers.named(request.headers.get("User-Agent", ""))
    report_links.note(link, what, now=timezone.now(), browser=browser, action=action)


def _refusal(door: Door) -> HttpResponse | None:
    """The page that says why the link is no longer good, with what was typed; None while it is."""
    assert door.link  # noqa: S101 - for mypy
    why = report_links.refusal(door.link, now=door.now)
    if why is None:
        return None
    door.note(why)
    return _refused(door, why, status=410)


def _other_browser(door: Door) -> HttpResponse:
    door.note(Use.OTHER_BROWSER)
    return _refused(door, Use.OTHER_BROWSER, status=403)


def _refused(door: Door, why: Use, *, status: int) -> HttpResponse:
    context = {
        "door": door,
        # Whether an account was closed is nobody's business but the administrators'.
        "why": Use.ENDED if why == Use.CLOSED else why,
        "days": settings.REPORT_LINK_DAYS,
        "typed": door.request.POST.get("comment", ""),
    }
    template = "my_actions/_refused.html" if by_script(door.request) else "my_actions/refused.html"
    return render(door.request, template, context, status=status)


def _browser(door: Door) -> str:
    return door.request.COOKIES.get(COOKIE, "")


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def report_link(door: Door) -> HttpResponse:
    """The actions, in the browser that opened the link; before that a button: mail scanners press none."""
    assert door.link  # noqa: S101 - for mypy
    if refused := _refusal(door):
        return refused
    if report_links.opened_by(door.link, _browser(door)):
        if door.request.method == "POST":
            return redirect(door.home)
        door.note(Use.LOOKED)
        return _page(door)
    if door.link.bound_to:
        return _other_browser(door)
    if door.request.method == "POST":
        return _open(door, door.link)
    return render(door.request, "my_actions/open.html", {"door": door, "days": settings.REPORT_LINK_DAYS})


def _open(door: Door, link: ReportLink) -> HttpResponse:
    # One key for all links of a browser: the row's digest is of it and the link.
    browser = _browser(door) if len(_browser(door)) >= len(report_links.new_browser()) else ""
    browser = browser or report_links.new_browser()
    if not report_links.bind(link, browser, now=door.now):
        return _other_browser(door)
    door.note(Use.OPENED)
    response = redirect(door.home)
    response.set_cookie(
        COOKIE, browser, max_age=settings.REPORT_LINK_DAYS * 24 * 3600, path=reverse("my_actions"),
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def report_link_tell(door: Door, pk: int) -> HttpResponse:
    assert door.link  # noqa: S101 - for mypy
    if door.request.method != "POST":
        return redirect(f"{door.home}?open={pk}#a{pk}")
    if refused := _refusal(door):
        return refused
    if not report_links.opened_by(door.link, _browser(door)):
        return _other_browser(door)
    return _tell(door, pk)


@require_POST
@by_link
def report_link_close(door: Door) -> HttpResponse:
    """Withdraw the link, from the page that it leads to."""
    assert door.link  # noqa: S101 - for mypy
    if refused := _refusal(door):
        return refused
    # Nobody has opened it yet: then whoever holds the mail may close it as well.
    if door.link.bound_to and not report_links.opened_by(door.link, _browser(door)):
        return _other_browser(door)
    report_links.withdraw(door.person, by=door.person, now=door.now, only=door.link)
    door.note(Use.WITHDRAWN)
    return render(door.request, "my_actions/closed.html", {"door": door})


@require_POST
@by_link
def report_link_anew(door: Door) -> HttpResponse:
    """Mail a new link to whom this one was for. The answer is the same where there is nobody to mail to."""
    if not ratelimit.consume(door.request, action="report_link_anew", key=str(door.person.pk)):
        too_many: HttpResponse = ratelimit.respond_429(door.request)
        return too_many
    report_links.mail_anew(door.person, now=door.now)
    door.note(Use.RENEWED)
    return render(door.request, "my_actions/sent.html", {"door": door})


# The page and what is sent from it -----------------------------------------------------------------------


def _page(door: Door, wrong: Line | None = None, status: int = 200) -> HttpResponse:
    """The first of those that wait, and what was told today; ``wrong`` is a line that could not be saved.

    A script that asks ``from`` a place on gets only the lines from there.
    """
    mine = door.mine()
    waiting, told = mine.waiting, mine.latest_told[: my_actions.TOLD_SHOWN]
    asked = _number(door.request.GET, "from")
    wanted = wrong.action.pk if wrong else _number(door.request.GET, "open")
    script = by_script(door.request) and "from" in door.request.GET
    first = asked if script or asked < len(waiting) else 0
    if wanted in waiting and not asked:
        first = waiting.index(wanted) // my_actions.AT_ONCE * my_actions.AT_ONCE
    shown = waiting[first : first + my_actions.AT_ONCE]
    lines = door.lines(mine, shown if script else [*shown, *told])
    if wrong:
        lines = [wrong if line.action.pk == wrong.action.pk else line for line in lines]
    for line in lines:
        line.open = line is wrong or line.action.pk == wanted
    after = first + len(shown)
    context = {
        "door": door,
        "lines": [line for line in lines if line.action.pk in shown],
        "told": [line for line in lines if line.action.pk not in shown],
        "before": max(0, first - my_actions.AT_ONCE) if first else None,
        "after": after,
        "more": len(waiting) - after,
        "at_once": my_actions.AT_ONCE,
        "saved": next((line for line in lines if line.action.pk == _number(door.request.GET, "told")), None),
        "focus": wanted,
        **_counts(mine),
    }
    template = "my_actions/_lines.html" if script else "my_actions/page.html"
    response = render(door.request, template, context, status=status)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _counts(mine: Mine) -> dict[str, int]:
    return {"count": len(mine.order), "told_count": len(mine.told)}


def _number(data: Any, name: str) -> int:
    value = data.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _tell(door: Door, pk: int) -> HttpResponse:
    mine = door.mine()
    if pk not in mine.order:
        door.note(Use.NOT_LED)
        raise Http404
    action = KeyAction.objects.select_related("answer__response__evaluation__profile").get(pk=pk)
    form = TellForm(door.request.POST, door.request.FILES)
    others: list[Any] = []
    try:
        if form.is_valid():
            _save(door, mine, action, form.cleaned_data)
            door.note(Use.TOLD, action)
            return _saved(door, action)
        errors = [str(error) for field in form.errors.values() for error in field]
    except Meanwhile as meanwhile:
        errors, others = [str(meanwhile)], meanwhile.updates
    except Refused as refusal:
        errors = [str(refusal)]
    return _not_saved(door, mine, action, errors, others)


def _save(door: Door, mine: Mine, action: KeyAction, said: dict[str, Any]) -> None:
    changes, sent = said.pop("changes"), said.pop("file")
    if changes is None:
        upload = Upload(sent, sent.name, sent.size) if sent else None
        my_actions.tell(
            action, by=door.person, now=door.now, since=door.since, today=door.today, channel=door.channel,
            upload=upload, **said,
        )  # fmt: skip
        return
    update = action.updates.filter(pk=changes, reported_by=door.person).first()
    if update is None:
        raise Http404
    update.action = action
    my_actions.change(
        update, by=door.person, since=door.since, status=said["status"], comment=said["comment"]
    )


def _saved(door: Door, action: KeyAction) -> HttpResponse:
    mine = door.mine()
    if by_script(door.request):
        (line,) = door.lines(mine, [action.pk])
        context = {"door": door, "line": line, **_counts(mine)}
        return render(door.request, "my_actions/_line.html", context)
    following = mine.after(action.pk)
    place = f"open={following}&told={action.pk}#a{following}" if following else f"told={action.pk}#told"
    return HttpResponseRedirect(f"{door.home}?{place}")


def _not_saved(
    door: Door, mine: Mine, action: KeyAction, errors: list[str], others: list[Any]
) -> HttpResponse:
    """The line with its form as it was filled, why it was not saved, and what others said meanwhile."""
    (line,) = door.lines(mine, [action.pk])
    sent = door.request.POST
    line.errors, line.open = errors, True
    line.chosen, line.comment = sent.get("status", ""), sent.get("comment", "")
    line.reason, line.url = sent.get("reason_code", ""), sent.get("url", "")
    line.key = sent.get("key", "") or line.key
    if others:
        my_actions.meet(line, others)
    status = 409 if others else 422
    if by_script(door.request):
        context = {"door": door, "line": line, **_counts(mine)}
        return render(door.request, "my_actions/_line.html", context, status=status)
    return _page(door, line, status)
