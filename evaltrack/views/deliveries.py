"""The delivery log: which mails were written to whom and what became of them; and one's own mail."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from evaltrack import mail
from evaltrack.errors import Refused
from evaltrack.forms import Search
from evaltrack.models import Bounce, Mail, User
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, get_or_404, paginate, render_part, require, signed_in

MAILS_ON_A_PAGE = 10  # of one's own, which are shown whole


class MailFilter(forms.Form):
    """Which mails the log shows."""

    q = forms.CharField(label=gettext_lazy("Address or subject"), required=False, widget=Search)
    state = forms.ChoiceField(
        label=gettext_lazy("State"), choices=[("", gettext_lazy("All")), *Mail.State.choices], required=False
    )


def require_permission(request: AuthedRequest) -> None:
    sentence = _("Only the evaluation unit and administrators see which mails were sent to whom.")
    require(can(request.user, Permission.SEE_DELIVERY), sentence)


def reads_mails(user: User) -> bool:
    """Whether the person may read what mails say: they may tell of what is confidential."""
    return can(user, Permission.SEE_CONFIDENTIAL)


@require_safe
@signed_in
def delivery_list(request: AuthedRequest) -> HttpResponse:
    require_permission(request)
    form = MailFilter(request.GET)
    form.is_valid()
    seen, reads = Mail.objects.visible_to(request.user), reads_mails(request.user)
    context = {
        "form": form,
        "reads_mails": reads,
        "page": paginate(matching(seen, **form.cleaned_data, by_subject=reads), request),
        "bounces": Bounce.objects.visible_to(request.user).open().count(),
        "failed": seen.filter(state=Mail.State.FAILED).count(),
        "folder": "" if settings.EMAIL_URL else settings.EMAIL_FILE_PATH,
    }
    return render_part(request, "evaltrack/deliveries.html", "mail-list", context)


def matching(
    mails: QuerySet[Mail], q: str = "", state: str = "", *, by_subject: bool = True
) -> QuerySet[Mail]:
    """Those of the mails that a filter shows, newest first, without their texts."""
    found = mails.defer("text", "html").order_by("-created_at", "-pk")
    for word in q.split():
        named = Q(to__icontains=word)
        found = found.filter(named | Q(subject__icontains=word) if by_subject else named)
    return found.filter(state=state) if state else found


@require_safe
@signed_in
def delivery(request: AuthedRequest, pk: int) -> HttpResponse:
    require_permission(request)
    shown = get_or_404(Mail.objects.visible_to(request.user).select_related("person"), pk=pk)
    reads = reads_mails(request.user) or shown.person_id == request.user.pk
    title = shown.subject if reads else _("Mail %(number)d") % {"number": shown.pk}
    crumbs = [(_("Mail"), reverse("deliveries")), (title, "")]
    text = mail.without_secrets(shown.text)
    context = {"mail": shown, "text": text, "title": title, "reads_mails": reads, "crumbs": crumbs}
    return render(request, "evaltrack/delivery.html", context)


@require_POST
@signed_in
def delivery_again(request: AuthedRequest, pk: int) -> HttpResponse:
    require_permission(request)
    shown = get_or_404(Mail.objects.visible_to(request.user), pk=pk)
    try:
        mail.send_again(shown, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The mail is sent again within a minute or so."))
    return redirect("delivery", pk)


@require_safe
@signed_in
def my_mail(request: AuthedRequest) -> HttpResponse:
    """The mails to oneself, to be read here too: where no mail server is set there is no other mailbox."""
    mine = Mail.objects.filter(person=request.user, confidential=False).order_by("-created_at", "-pk")
    return render(request, "evaltrack/my_mail.html", {"page": paginate(mine, request, MAILS_ON_A_PAGE)})
