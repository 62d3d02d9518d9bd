"""The other half of the delivery log: what came in, and which addresses mail comes back from."""

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from evaltrack import bounces
from evaltrack.forms import Search
from evaltrack.models import Bounce, InboundMail
from evaltrack.views.deliveries import reads_mails, require_permission
from evaltrack.web import AuthedRequest, came_from, get_or_404, paginate, render_part, signed_in


class InboundFilter(forms.Form):
    """Which received mails the log shows."""

    q = forms.CharField(label=gettext_lazy("Address or subject"), required=False, widget=Search)
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("", gettext_lazy("All")), *InboundMail.Outcome.choices],
        required=False,
    )


@require_safe
@signed_in
def inbound_list(request: AuthedRequest) -> HttpResponse:
    require_permission(request)
    form = InboundFilter(request.GET)
    form.is_valid()
    seen, reads = InboundMail.objects.visible_to(request.user), reads_mails(request.user)
    context = {
        "form": form,
        "reads_mails": reads,
        "page": paginate(matching(seen, **form.cleaned_data, by_subject=reads), request),
    }
    return render_part(request, "evaltrack/inbound_list.html", "mail-list", context)


def matching(
    mails: QuerySet[InboundMail], q: str = "", outcome: str = "", *, by_subject: bool = True
) -> QuerySet[InboundMail]:
    """Those of the mails that a filter shows, newest first, without their texts."""
    found = mails.defer("text").order_by("-received_at", "-pk")
    for word in q.split():
        named = Q(sender__icontains=word)
        found = found.filter(named | Q(subject__icontains=word) if by_subject else named)
    return found.filter(outcome=outcome) if outcome else found


@require_safe
@signed_in
def inbound_mail(request: AuthedRequest, pk: int) -> HttpResponse:
    require_permission(request)
    found = InboundMail.objects.visible_to(request.user).select_related("person", "answers")
    shown = get_or_404(found, pk=pk)
    reads = reads_mails(request.user) or shown.person_id == request.user.pk
    number = _("Received mail %(number)d") % {"number": shown.pk}
    title = (shown.subject or number) if reads else number
    crumbs = [(_("Mail"), reverse("deliveries")), (_("Received"), reverse("inbound_mails")), (title, "")]
    context = {"mail": shown, "title": title, "reads_mails": reads, "crumbs": crumbs}
    return render(request, "evaltrack/inbound_mail.html", context)


@require_POST
@signed_in
def bounce_settle(request: AuthedRequest, pk: int) -> HttpResponse:
    """The address is right again."""
    require_permission(request)
    bounce = get_or_404(Bounce.objects.visible_to(request.user), pk=pk)
    if bounces.settle(bounce, by=request.user, now=timezone.now()):
        sentence = _("Mail to %(address)s is taken to arrive again.")
        messages.success(request, sentence % {"address": bounce.address})
    return redirect(came_from(request) or "deliveries")
