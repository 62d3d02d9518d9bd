"""The page on which administrators keep the days on which nobody is reminded."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from evaltrack import people, quiet
from evaltrack.errors import Refused
from evaltrack.forms import QuietDaysForm
from evaltrack.models import Office, QuietDays
from evaltrack.views.people import require_manager
from evaltrack.web import AuthedRequest, get_or_404, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def quiet_list(request: AuthedRequest) -> HttpResponse:
    """What is kept from today on, and adding to it."""
    require_manager(request)
    managed, today = people.managed_by(request.user), timezone.localdate()
    form = QuietDaysForm(request.POST or None, managed=managed, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            made = quiet.add(by=request.user, today=today, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Nobody is reminded there then: %(name)s") % {"name": made.name})
            return redirect("quiet_days")
    rows = QuietDays.objects.filter(last__gte=today).select_related("office")
    context = {
        "form": form,
        "rows": rows.order_by("first", F("office__name").asc(nulls_first=True), "pk"),
        "managed": managed,
        "keeps_top": Office.objects.filter(pk__in=managed, parent=None).exists(),
        "crumbs": [(_("Offices"), reverse("offices")), (_("Quiet days"), "")],
    }
    return render(request, "people/quiet.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def quiet_remove(request: AuthedRequest, pk: int) -> HttpResponse:
    require_manager(request)
    found = get_or_404(QuietDays.objects.select_related("office"), pk=pk)
    quiet.remove(found, by=request.user)
    messages.success(request, _("Removed: %(name)s") % {"name": found.name})
    return redirect("quiet_days")
