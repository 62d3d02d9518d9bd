"""The kinds of notifications of the foundation itself; the storeys above have their own."""

from django.utils.translation import gettext_lazy as _

from evaltrack.notifications import Kind

STANDING_IN = _("Standing in and handing over")

DEPUTY_NAMED = Kind("deputy_named", _("Someone stands in for me, or I for someone"), group=STANDING_IN)
HANDED_OVER = Kind("handed_over", _("Something is handed over to me"), group=STANDING_IN)

KINDS: tuple[Kind, ...] = (DEPUTY_NAMED, HANDED_OVER)
