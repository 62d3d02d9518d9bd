"""One's own account: the profile, and the page seen after signing in again in a second tab."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from evaltrack import bounces, people
from evaltrack.forms import ProfileForm
from evaltrack.models import Membership, User
from evaltrack.views import deputies
from evaltrack.web import AuthedRequest, signed_in


@signed_in
def signed_in_again(request: AuthedRequest) -> HttpResponse:
    return render(request, "account/signed_in_again.html")


@signed_in
def profile(request: AuthedRequest) -> HttpResponse:
    me, today = request.user, timezone.localdate()
    form = ProfileForm(request.POST or None, initial={name: getattr(me, name) for name in people.OWN_FIELDS})
    if request.method == "POST" and form.is_valid():
        people.change_person(me, by=me, today=today, **form.cleaned_data)
        with translation.override(me.language):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    held, bounce = held_by(me), bounces.of(me)
    context = {"form": form, "person": me, "held": held, "bounce": bounce, **deputies.shown(me, me)}
    return render(request, "people/profile.html", context)


def held_by(person: User) -> list[Membership]:
    """The roles the person holds or will hold, by office."""
    return list(
        Membership.objects.not_over(timezone.localdate())
        .filter(person=person)
        .select_related("office")
        .order_by("office__name", "role")
    )
