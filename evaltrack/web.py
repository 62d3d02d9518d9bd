"""What every page needs: its navigation, who is signed in, objects fetched or refused, lists in pages."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from evaltrack import notifications
from evaltrack.models import User
from evaltrack.roles import Permission, permissions_of

P = ParamSpec("P")
M = TypeVar("M", bound=Model)

Crumb = tuple[Any, str]  # what is read, and the address behind it ("" for the page itself)


class HtmxHttpRequest(HttpRequest):
    """A request behind ``HtmxMiddleware``: ``request.htmx`` is true when htmx sent it."""

    htmx: HtmxDetails


class AuthedRequest(HtmxHttpRequest):
    """A request in a view behind :func:`signed_in`."""

    user: User


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation, for whoever has the permission somewhere (``None``: for all signed in)."""

    url_name: str
    label: Any
    permission: Permission | None = None


NAVIGATION = [
    Entry("home", _("My work")),
    Entry("evaluations", _("Evaluations")),
    Entry("board", _("Follow-up"), Permission.VIEW),
    Entry("responses_owed", _("Responses owed"), Permission.OVERSEE),
    Entry("rounds", _("Rounds"), Permission.OVERSEE),
    Entry("to_check", _("Independent check"), Permission.VERIFY),
    Entry("deliveries", _("Mail"), Permission.SEE_DELIVERY),
    Entry("people", _("People"), Permission.MANAGE_PEOPLE),
    Entry("offices", _("Offices"), Permission.MANAGE_PEOPLE),
]


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every template. What asks the database (one query each) does so only where a page shows it."""
    return {
        "navigation": partial(navigation, request),
        "unread": partial(unread, request),
        "version": version(),
    }


def unread(request: HttpRequest) -> int:
    """How many notifications the person has not read, for the bell."""
    return notifications.unread(request.user) if isinstance(request.user, User) else 0


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The entries this person may use: ``label``, ``url``, and ``here`` for the section being shown."""
    if not isinstance(request.user, User):
        return []
    held = permissions_of(request.user)
    entries = []
    for entry in NAVIGATION:
        if entry.permission is None or entry.permission in held:
            url = reverse(entry.url_name)
            here = request.path == url or (url != "/" and request.path.startswith(url))
            entries.append({"label": entry.label, "url": url, "here": here})
    return entries


@cache
def version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def signed_in(
    view: Callable[Concatenate[AuthedRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For every view but the sign-in pages. Who is not signed in is led to them, and back afterwards.

    A request made by a script gets 401 and the event ``signed-out`` instead: the page it came from stays,
    with what was typed, and asks the person to sign in again.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if isinstance(request.user, User):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]
        if by_script(request):
            return trigger_client_event(HttpResponse(status=401), "signed-out")
        return redirect_to_login(request.get_full_path())

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], checked)


def by_script(request: HttpRequest) -> bool:
    """Whether htmx or ``fetch`` sent the request, rather than a person going to a page."""
    return "HX-Request" in request.headers or "X-Requested-With" in request.headers


def get_or_404(rows: QuerySet[M], **lookup: Any) -> M:
    """The row, out of those the person may know of (such as ``visible_to(user)``); 404 for all others."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def require(allowed: bool, sentence: Any = "") -> None:
    """403, with a sentence for the person, unless allowed: for what one may see but not do."""
    if not allowed:
        raise PermissionDenied(str(sentence))


def paginate(rows: QuerySet[M], request: HttpRequest, per_page: int = 50) -> "Page[M]":
    """The page that ``?page=`` names; a number too high or not a number gives the nearest page there is."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def render_part(request: AuthedRequest, template: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page; or only its partial ``part`` where htmx asks for the element with that id."""
    wanted = request.htmx and not request.htmx.history_restore_request and request.htmx.target == part
    response = render(request, f"{template}#{part}" if wanted else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def came_from(request: HttpRequest, otherwise: str = "") -> str:
    """Where to return to: what ``next`` names in the form or the address, if it is one of our own pages."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else otherwise


def toast(response: HttpResponse, text: Any, undo: str = "") -> HttpResponse:
    """Have the page show a short message after an htmx request; a POST to ``undo`` takes it back."""
    return trigger_client_event(response, "toast", {"text": str(text), "undo": undo})
