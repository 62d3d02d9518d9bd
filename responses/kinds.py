"""The kinds of notifications about responses; each person chooses how a kind reaches them."""

from django.utils.translation import gettext_lazy as _

from evaltrack.models import Delivery
from evaltrack.notifications import Kind

# The headings under which people choose.
TOGETHER = _("Working together on the matrix")
ASKED = _("What is asked of an office, and the way of its evaluation")
WAY = _("The way of a response")
ROUNDS = _("Rounds of follow-up")
FOLLOW_UP = _("What was promised, and how it stands")

RECOMMENDATION_ASSIGNED = Kind(
    "recommendation_assigned", _("Recommendations are given to me to draft, or taken back"), group=TOGETHER
)
COMMENT_MENTION = Kind("comment_mention", _("Someone mentions me in a comment"), group=TOGETHER)
COMMENT_REPLY = Kind(
    "comment_reply", _("Someone replies in a thread that I wrote in"), Delivery.DAILY, group=TOGETHER
)
COMMENT_ON_MINE = Kind(
    "comment_on_mine", _("Someone comments on what I coordinate or draft"), Delivery.DAILY, group=TOGETHER
)
SUGGESTION_MADE = Kind(
    "suggestion_made",
    _("Someone suggests another wording for what I coordinate or draft"),
    Delivery.DAILY,
    group=TOGETHER,
)
SUGGESTION_DECIDED = Kind(
    "suggestion_decided", _("A wording that I suggested is taken or left"), Delivery.DAILY, group=TOGETHER
)

RESPONSE_ASKED_FOR = Kind(
    "response_asked_for", _("A response is asked for that I coordinate"), mandatory=True, group=ASKED
)
RESPONSE_DUE = Kind(
    "response_due", _("A response I coordinate or oversee is due or overdue"), mandatory=True, group=ASKED
)
MORE_TIME_ASKED = Kind(
    "more_time_asked", _("Someone asks for more time for a response I oversee"), group=ASKED
)
TERM_EXTENDED = Kind("term_extended", _("A response I coordinate has more time"), group=ASKED)
EVALUATION_MOVED = Kind(
    "evaluation_moved",
    _("An evaluation of mine is final, published, closed, cancelled or reopened"),
    group=ASKED,
)

RESPONSE_HANDED_OVER = Kind(
    "response_handed_over",
    _("The recommendations I answer or oversee are handed over, or given back"),
    group=WAY,
)
CLEARANCE_WANTED = Kind("clearance_wanted", _("A response waits for my clearance"), mandatory=True, group=WAY)
RESPONSE_RETURNED = Kind(
    "response_returned", _("A response I coordinate, draft or cleared is returned"), mandatory=True, group=WAY
)
RESPONSE_WITHDRAWN = Kind("response_withdrawn", _("A response is withdrawn from clearance"), group=WAY)
RESPONSE_CLEARED = Kind(
    "response_cleared", _("A response I coordinate or oversee is submitted or cleared"), group=WAY
)
RESPONSE_PUBLISHED = Kind(
    "response_published",
    _("A response I coordinate, cleared or have a key action in is published"),
    group=WAY,
)
RESPONSE_REVISED = Kind(
    "response_revised", _("A new version of a response I coordinate, oversee or cleared is begun"), group=WAY
)

CHECK_QUESTION = Kind(
    "check_question",
    _("An independent check asks about what was reported on what I lead or coordinate"),
    mandatory=True,
    group=FOLLOW_UP,
)
CHECK_MADE = Kind(
    "check_made", _("What I lead or coordinate was checked independently"), Delivery.DAILY, group=FOLLOW_UP
)
REVIEWER_NAMED = Kind("reviewer_named", _("I am asked to check reports independently"), group=FOLLOW_UP)

ROUND_OPENED = Kind("round_opened", _("A round is opened for a response I coordinate"), group=ROUNDS)
ROUND_ASKED = Kind(
    "round_asked", _("I am reminded of key actions I have not reported on in a round"), mandatory=True,
    group=ROUNDS,
)  # fmt: skip
ROUND_EXTENDED = Kind(
    "round_extended", _("A round in which I have not reported yet is open for longer"), group=ROUNDS
)
ROUND_DUE = Kind("round_due", _("A round I oversee is due to be closed"), group=ROUNDS)
ROUND_CLOSED = Kind(
    "round_closed", _("A round of a response I coordinate is closed"), Delivery.DAILY, group=ROUNDS
)
TRACKING_ENDS = Kind(
    "tracking_ends",
    _("The tracking of an evaluation I oversee has ended with open key actions"),
    group=ROUNDS,
)
HOW_IT_STANDS = Kind(
    "how_it_stands", _("Someone asks how a key action I lead stands"), mandatory=True, group=FOLLOW_UP
)
APPROVAL_WANTED = Kind(
    "approval_wanted",
    _("Someone asks for a later deadline, or to close what was not done, and I approve it"),
    mandatory=True,
    group=FOLLOW_UP,
)
APPROVAL_DECIDED = Kind(
    "approval_decided",
    _("A later deadline, or closing what was not done, is approved or refused for what I asked or lead"),
    group=FOLLOW_UP,
)
CLOSED_OR_REOPENED = Kind(
    "closed_or_reopened",
    _("What I lead or coordinate is closed without being done, or opened again"),
    group=FOLLOW_UP,
)

MALWARE_FOUND = Kind(
    "malware_found", _("Malware is found in a file that I attached"), mandatory=True, group=FOLLOW_UP
)

EXPORT_READY = Kind(
    "export_ready",
    _("A bulk export that I asked for is ready, or could not be made"),
    Delivery.DAILY,
    group=FOLLOW_UP,
)

KINDS: tuple[Kind, ...] = (
    RECOMMENDATION_ASSIGNED,
    COMMENT_MENTION,
    COMMENT_REPLY,
    COMMENT_ON_MINE,
    SUGGESTION_MADE,
    SUGGESTION_DECIDED,
    RESPONSE_ASKED_FOR,
    RESPONSE_DUE,
    MORE_TIME_ASKED,
    TERM_EXTENDED,
    EVALUATION_MOVED,
    RESPONSE_HANDED_OVER,
    CLEARANCE_WANTED,
    RESPONSE_RETURNED,
    RESPONSE_WITHDRAWN,
    RESPONSE_CLEARED,
    RESPONSE_PUBLISHED,
    RESPONSE_REVISED,
    CHECK_QUESTION,
    CHECK_MADE,
    REVIEWER_NAMED,
    HOW_IT_STANDS,
    APPROVAL_WANTED,
    APPROVAL_DECIDED,
    CLOSED_OR_REOPENED,
    ROUND_OPENED,
    ROUND_ASKED,
    ROUND_EXTENDED,
    ROUND_DUE,
    ROUND_CLOSED,
    TRACKING_ENDS,
    MALWARE_FOUND,
    EXPORT_READY,
)
