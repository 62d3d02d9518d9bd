"""An answer by mail that waits to be confirmed, one that could not be read, and a mail that came back."""

from datetime import datetime

from evaltrack import bounces, mail
from evaltrack.inbound import intake
from evaltrack.models import Mail
from responses.models import Reminder

ANSWERS = (
    "1: done - handed over to the county in the spring\n2: we wait for the second tender\n\nBest regards",
    "I shall look at it next week.",
)
GONE = "550 5.1.1 There is no mailbox of this name here"


def make(*, now: datetime) -> None:
    """What came in today, after the digests that were planned."""
    numbered = Reminder.objects.filter(place=1, mail__isnull=False).order_by("mail")
    digests = Mail.objects.filter(pk__in=numbered.values("mail")).order_by("person__language", "pk")
    found = list(digests[:3])
    for number, text in enumerate(ANSWERS if found else ()):
        intake.take(_raw(found[0], text, number), now=now)
    for other in found[2:]:
        bounces.came_back(other, reason=GONE, now=now)


def _raw(answered: Mail, text: str, number: int) -> bytes:
    head = {
        "From": answered.to,
        "Subject": "Re: EvalTrack",
        "Message-ID": f"<demo-{number}@example.org>",
        "In-Reply-To": mail.message_id(answered),
        "Content-Type": "text/plain; charset=utf-8",
    }
    lines = [f"{name}: {value}" for name, value in head.items()]
    return "\r\n".join([*lines, "", *text.split("\n")]).encode()
