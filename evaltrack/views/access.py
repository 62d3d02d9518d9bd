"""What a person may see and do, and why: for the administrators who manage the account."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack import access, people
from evaltrack.forms import Search
from evaltrack.models import User
from evaltrack.views.people import crumbs, require_manager
from evaltrack.web import AuthedRequest, get_or_404, paginate, render_part, signed_in

PER_PAGE = 25


class SightFilter(forms.Form):
    """Which of the things seen are shown."""

    q = forms.CharField(required=False, widget=Search, max_length=200)


@require_safe
@signed_in
def person_access(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    shown, today = get_or_404(User.objects.all(), pk=pk), timezone.localdate()
    people.check(request.user, shown, today)
    sight = access.sight(shown, by=request.user, today=today)
    form = SightFilter(request.GET)
    form.fields["q"].label = sight.search_label
    query = form.cleaned_data["q"] if form.is_valid() else ""
    page = paginate(sight.seen(query), request, PER_PAGE)
    context = {
        "person": shown,
        "permissions": access.Standing.of(shown, today).by_permission(),
        "sight": sight,
        "form": form,
        "query": query,
        "page": page,
        "seen": sight.explained(page.object_list),
        "unseen": sight.unseen(query),
        "not_shown": sight.not_shown(),
        "crumbs": crumbs((shown.name, reverse("person", args=[pk])), (_("Access"), "")),
    }
    return render_part(request, "people/access.html", "sight", context)
