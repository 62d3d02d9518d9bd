"""The kinds of notifications about responses; each person chooses how a kind reaches them."""

from django.utils.translation import gettext_lazy as _

from evaltrack.models import Delivery
from evaltrack.notifications import Kind

# Working together on the matrix.
RECOMMENDATION_ASSIGNED = Kind(
    "recommendation_assigned", _("Recommendations are given to me to draft, or taken back")
)
COMMENT_MENTION = Kind("comment_mention", _("Someone mentions me in a comment"))
COMMENT_REPLY = Kind("comment_reply", _("Someone replies in a thread that I wrote in"), Delivery.DAILY)
COMMENT_ON_MINE = Kind("comment_on_mine", _("Someone comments on what I coordinate or draft"), Delivery.DAILY)
SUGGESTION_MADE = Kind(
    "suggestion_made", _("Someone suggests another wording for what I coordinate or draft"), Delivery.DAILY
)
SUGGESTION_DECIDED = Kind(
    "suggestion_decided", _("A wording that I suggested is taken or left"), Delivery.DAILY
)

KINDS: tuple[Kind, ...] = (
    RECOMMENDATION_ASSIGNED,
    COMMENT_MENTION,
    COMMENT_REPLY,
    COMMENT_ON_MINE,
    SUGGESTION_MADE,
    SUGGESTION_DECIDED,
)
