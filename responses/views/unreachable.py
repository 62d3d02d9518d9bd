"""The page of those whom no mail reaches."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from evaltrack.models import Bounce
from evaltrack.roles import Permission, can
from evaltrack.web import AuthedRequest, paginate, require, signed_in
from responses import unreachable


@require_safe
@signed_in
def unreachable_list(request: AuthedRequest) -> HttpResponse:
    sentence = _("Only the evaluation unit and administrators see whose mail comes back.")
    require(can(request.user, Permission.SEE_DELIVERY), sentence)
    page = paginate(Bounce.objects.visible_to(request.user).open().order_by("-at", "-pk"), request)
    context = {
        "page": page,
        "rows": unreachable.listed(list(page), request.user),
        "manages": can(request.user, Permission.MANAGE_PEOPLE),
    }
    return render(request, "unreachable/list.html", context)
