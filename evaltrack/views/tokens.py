"""One's own API tokens: seeing which there are, issuing one, revoking one."""

import uuid

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from evaltrack import tokens
from evaltrack.forms import like
from evaltrack.models import Token
from evaltrack.web import AuthedRequest, get_or_404, signed_in

VALIDITY = [
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
    (365, gettext_lazy("one year")),
    (0, gettext_lazy("until I revoke it")),
]


class TokenForm(forms.Form):
    name = like(Token, "name")
    days = forms.TypedChoiceField(label=gettext_lazy("Valid for"), choices=VALIDITY, coerce=int, initial=90)


@never_cache
@signed_in
def token_list(request: AuthedRequest) -> HttpResponse:
    """The page; after issuing it holds the secret, this one time."""
    form = TokenForm(request.POST or None)
    issued = secret = None
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"] or None
        issued, secret = tokens.issue(by=request.user, name=form.cleaned_data["name"], days=days)
        form = TokenForm()
    held = Token.objects.filter(user=request.user).annotate(is_over=Q(expiry__lte=timezone.now()))
    context = {"form": form, "tokens": held.order_by("-created"), "issued": issued, "secret": secret}
    return render(request, "people/tokens.html", context)


@require_POST
@signed_in
def token_revoke(request: AuthedRequest, ref: uuid.UUID) -> HttpResponse:
    token = get_or_404(Token.objects.filter(user=request.user), ref=ref)
    tokens.revoke(token, by=request.user)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("tokens")
