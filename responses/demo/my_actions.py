"""The link in an earlier digest was opened on a telephone, and tried once more elsewhere."""

from datetime import datetime, timedelta

from evaltrack.models import User
from responses import report_links
from responses.models import ReportLink
from responses.report_links import Use

READER = "bran.teferi-lowe@example.org"
USES = (
    (Use.OPENED, "Firefox on Android", 0),
    (Use.LOOKED, "Firefox on Android", 0),
    (Use.OTHER_BROWSER, "Edge on Windows", 42),
)


def make(now: datetime) -> None:
    """A link of three days ago; the one in today's digest waits to be tried."""
    day = now - timedelta(days=3)
    report_links.issue([User.objects.get(email=READER).pk], now=day)
    link = ReportLink.objects.select_related("person").get(person__email=READER)
    report_links.bind(link, report_links.new_browser(), now=day)
    for what, browser, minutes in USES:
        report_links.note(link, what, now=day + timedelta(minutes=minutes), browser=browser)
