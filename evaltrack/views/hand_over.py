"""The page on which an administrator hands over what a person holds, and closes the account if need be."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltrack import hand_over, holdings, people
from evaltrack.errors import Refused
from evaltrack.forms import HandOverForm, everyone
from evaltrack.holdings import Holding
from evaltrack.models import User
from evaltrack.views.people import crumbs, require_manager
from evaltrack.web import AuthedRequest, get_or_404, signed_in


@dataclass(frozen=True, slots=True)
class Shares:
    """Who would take the things of one kind where each office's focal point does."""

    takers: list[tuple[User, int]]
    nobody: int


@signed_in
def person_hand_over(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    me, now, today = request.user, timezone.now(), timezone.localdate()
    person = get_or_404(User.objects.all(), pk=pk)
    people.check(me, person, today)
    held = holdings.of(person, by=me, today=today)
    sent = request.POST if request.method == "POST" else None
    form = HandOverForm(sent, held=held, initial={"close": "close" in request.GET})
    if form.is_valid():
        data = form.cleaned_data
        try:
            left = hand_over.hand_over(
                person,
                form.takers(),
                by=me,
                reason=data["reason"],
                now=now,
                today=today,
                close=data["close"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            _say(request, person, left, closed=data["close"])
            return redirect("person", pk)
    focal_points = holdings.focal_points(person)
    context = {
        "form": form,
        "person": person,
        "rows": [(*row, _shares(row[0], focal_points)) for row in form.rows()],
        "everyone": everyone(),
        "crumbs": crumbs((person.name, reverse("person", args=[pk])), (_("Hand over"), "")),
    }
    return render(request, "people/hand_over.html", context, status=422 if form.errors else 200)


def _shares(holding: Holding, focal_points: dict[int, User]) -> Shares:
    shares = holding.by_focal_point(focal_points)
    takers = [(taker, len(keys)) for taker, keys in shares.items() if taker]
    return Shares(takers, len(shares.get(None, [])))


def _say(request: AuthedRequest, person: User, left: list[Holding], *, closed: bool) -> None:
    messages.success(request, _("What %(person)s held is handed over.") % {"person": person})
    if left:
        sentence = _("Left, for their offices have no other focal point: %(things)s.")
        messages.warning(request, sentence % {"things": holdings.counted(left)})
    if closed:
        messages.success(request, _("%(person)s can no longer sign in.") % {"person": person})
