"""Two years of one evaluation, with the clock moved: answered, followed, missed, handed over, checked, closed."""

import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from evaltrack import hand_over, mail
from evaltrack.inbound import intake
from evaltrack.models import User
from evaltrack.roles import Role
from recommendations.lifecycle import WAY as WAY_OF_EVALUATION
from recommendations.models import Evaluation
from responses import (
    actions,
    closing,
    exports,
    lateness,
    progress,
    reminders,
    requests,
    response_reminders,
    round_calendar,
    round_comparison,
    rounds,
    snapshots,
    verification,
    verified,
)
from responses import lifecycle as way
from responses.choices import Channel, ClosedAs, RequestState, SnapshotKind
from responses.comparison import Version
from responses.models import (
    KeyAction,
    ManagementResponse,
    ProgressUpdate,
    Reminder,
    RoundMatrix,
    Verification,
)
from tests import factories as make
from tests.services import MailServer

pytestmark = pytest.mark.django_db(transaction=True)  # the history is sealed at each commit

REPORT = date(2026, 1, 12)


class Life:
    """The office, its people and its calendar: ``until`` lives through the days as the periodic jobs do."""

    def __init__(self, travel: time_machine.Traveller, server: MailServer) -> None:
        self.travel, self.server, self.read = travel, server, 0
        top = make.office("Headquarters", kind="headquarters")
        self.here = make.office("Country Office Norland", parent=top)
        self.unit = make.member(Role.EVALUATION_UNIT, top, "Una Berg", function="Head of Evaluation")
        self.other_unit = make.member(Role.EVALUATION_UNIT, top, "Uri Sand")
        self.head = make.member(Role.CLEARING_OFFICER, self.here, "Halima Deane")
        self.coordinator = make.member(Role.COORDINATOR, self.here, "Cora Vance")
        self.arlo = make.member(Role.ACTION_OWNER, self.here, "Arlo Quist")
        self.admin = make.member(Role.ADMINISTRATOR, top, "Ada Holm")
        self.noa = make.member(Role.ACTION_OWNER, self.here, "Noa Lind")

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def until(self, day: date) -> None:
        """A morning in every week up to this day, and this one."""
        while (morning := self.now.date()) < day:
            self.travel.move_to(
                datetime.combine(min(day, morning + timedelta(days=7)), datetime.min.time(), UTC)
                + timedelta(hours=6)
            )
            round_calendar.keep(now=self.now)
            rounds.ask(now=self.now)
            response_reminders.remind(now=self.now)
            reminders.plan(now=self.now)
            mail.deliver_all(now=self.now)

    def mails_to(self, person: User) -> list[EmailMessage]:
        """What reached the person since this was asked last, of anyone."""
        found = [one for one in self.server.messages[self.read :] if one["To"] == person.email]
        self.read = len(self.server.messages)
        return found


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def forms_of(page: str) -> dict[str, str]:
    """What a click on "Confirm" sends of the page's own fields."""
    areas = re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', page, re.S)
    chosen = re.findall(r'<select name="([^"]+)".*?<option value="([^"]*)" selected', page, re.S)
    radios = re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)"[^>]*checked', page)
    return {**dict(areas), **dict(chosen), **dict(radios), "confirm": "all"}


@pytest.fixture
def life(sealed: None, smtp_server: MailServer, settings: LazySettings) -> Any:
    settings.INBOUND_ADDRESS = "answers@evaltrack.example.org"
    with time_machine.travel(datetime(2026, 1, 12, 6, tzinfo=UTC), tick=False) as travel:
        yield Life(travel, smtp_server)


def test_two_years_of_one_evaluation(life: Life, tmp_path: Any) -> None:
    evaluation, response, promised = answered(life)
    guidance, pumps, training = promised

    # Spring: the link in the digest, then an answer to it.
    life.until(date(2026, 3, 31))
    reported_by_link(life, guidance)
    life.until(date(2026, 4, 30))
    completed_by_mail(life, guidance)

    # Summer: a deadline is missed, its head and then the unit hear of it; it is put off with a reason.
    life.until(date(2026, 7, 31))
    assert Reminder.objects.filter(action=pumps, occasion="head", recipient=life.head).count() == 1
    life.until(date(2026, 9, 30))
    assert Reminder.objects.filter(action=pumps, occasion="unit").values("recipient").distinct().count() == 2
    progress.report(
        pumps, by=life.arlo, now=life.now, as_of=life.now.date(), status="open", comment="Ordered in Narvik.",
        expected="31 March 2027", expected_reason="The pumps are still at sea.",
    )  # fmt: skip
    (change,) = pumps.deadline_changes.all()
    assert (change.state, change.reason) == (RequestState.APPROVED, "The pumps are still at sea.")

    # Time 2 opened itself six months after the report; what is reported is frozen and printed.
    time_2, printed_2 = held(life, response, "Time 2", told="open")
    assert time_2.round.opened_by is None

    # A hand-over: the digest goes on to the new lead.
    life.mails_to(life.noa)
    handed = {"leads": life.noa}
    hand_over.hand_over(
        life.arlo, handed, by=life.admin, reason="He moves on.", now=life.now, today=life.now.date()
    )
    life.until(date(2026, 12, 15))
    digests = [text_of(one) for one in life.mails_to(life.noa)]
    assert any("Train the caretakers" in one for one in digests)

    # One action is dropped: with a reason, and only once the unit approves.
    dropped(life, training)

    # Time 3 after a year; the coordinator says completed, who checks says no.
    life.until(date(2027, 2, 1))
    time_3, _printed_3 = held(life, response, "Time 3", told="completed")
    disagreed(life, response)

    life.until(date(2027, 3, 15))
    asked = next(text_of(one) for one in life.mails_to(life.noa) if "Install the pumps" in text_of(one))
    assert "Last told by Arlo Quist" in asked
    assert "Ordered in Narvik." in asked

    # Fifteen months after the report tracking ends; what was not done is closed as that.
    life.until(date(2027, 5, 3))
    pumps.refresh_from_db()
    closing.close(pumps, by=life.unit, now=life.now, reason="Tracking has ended without the pumps.")
    pumps.refresh_from_db()
    assert pumps.closed_as == ClosedAs.NOT_IMPLEMENTED
    late = lateness.of(pumps, life.now.date())
    assert (pumps.first_due, late.first) == (
        date(2026, 6, 30),
        (life.now.date() - date(2026, 6, 30)).days,
    )

    # Two years on: closed, nobody is asked, and Time 2 prints as it did.
    life.mails_to(life.noa)
    life.until(date(2028, 1, 12))
    WAY_OF_EVALUATION.make(evaluation, "publish", by=life.unit, now=life.now)
    WAY_OF_EVALUATION.make(evaluation, "close", by=life.unit, now=life.now, comment="Tracking has ended.")
    life.until(date(2028, 2, 12))
    assert not [one for one in life.mails_to(life.noa) if "Install the pumps" in text_of(one)]
    assert time_2.snapshot
    assert exports.of_round(time_2.snapshot) == printed_2
    command = tmp_path / "time-2.pdf"
    call_command(
        "export_matrix", evaluation.reference, "--format=pdf", "--snapshot=Time 2", "-o", str(command)
    )
    assert command.read_bytes() == printed_2
    moved = {
        row.number: row.motion.value
        for row in round_comparison.of_versions(
            Version(response, time_2.snapshot), Version(response, time_3.snapshot), today=life.now.date()
        )
    }
    assert moved["1"] == "moved_on", moved
    assert all(snapshots.is_intact(one) for one in response.snapshots.all())
    call_command("verify_history")


# The chapters --------------------------------------------------------------------------------------------


def answered(life: Life) -> tuple[Evaluation, ManagementResponse, list[KeyAction]]:
    """The report is final, the response asked for, drafted, cleared and published."""
    evaluation = make.evaluation(
        [life.here], "iom-2022", title="Evaluation of the river ports", short_title="River ports",
        report_date=REPORT, manager=life.unit,
    )  # fmt: skip
    first, second = make.recommendation(evaluation), make.recommendation(evaluation)
    response = requests.ask(
        evaluation, life.here, life.coordinator, by=life.unit, now=life.now, today=life.now.date()
    )
    promised = [
        (first, "Write the guidance", "30 April 2026"),
        (second, "Install the pumps", "30 June 2026"),
        (second, "Train the caretakers", "31 December 2026"),
    ]
    made = []
    for recommendation in (first, second):
        answer = make.answer(recommendation, response, decision="accepted", narrative="We agree.")
        for of, text, deadline in promised:
            if of == recommendation:
                made.append(promise(answer, text, deadline, life))
    life.until(date(2026, 2, 9))
    for step, by in (
        ("submit", life.coordinator), ("clear", life.head), ("clear", life.unit), ("publish", life.other_unit),
    ):  # fmt: skip
        way.WAY.make(response, step, by=by, now=life.now)
    assert snapshots.cleared(response)
    return evaluation, response, made


def promise(answer: Any, text: str, deadline: str, life: Life) -> KeyAction:
    action = actions.add(answer, text=text, by=life.coordinator)
    actions.set_deadline(action, deadline, by=life.coordinator)
    actions.set_responsible(action, life.arlo.name, by=life.coordinator)
    action.refresh_from_db()
    return action


def reported_by_link(life: Life, action: KeyAction) -> None:
    """One button, one status, one sentence, without signing in."""
    digest = next(one for one in life.mails_to(life.arlo) if "Write the guidance" in text_of(one))
    found = re.search(r"https?://[^/\s]+(/my-actions/link/\S+)", text_of(digest))
    assert found, text_of(digest)
    browser, home = Client(), found[1].rstrip(".")
    assert "Open my actions" in browser.get(home).content.decode()
    page = browser.post(home, follow=True).content.decode()
    assert "Write the guidance" in page
    key = re.search(rf'id="a{action.pk}".*?name="key" value="([^"]+)"', page, re.S)
    assert key
    said = {"status": "open", "comment": "The first draft is out.", "key": key[1], "seen": "0"}
    browser.post(f"{home}actions/{action.pk}/", said)
    update = ProgressUpdate.objects.get(action=action)
    assert (update.channel, update.reported_by, update.comment) == (
        Channel.LINK, life.arlo, "The first draft is out.",
    )  # fmt: skip


def completed_by_mail(life: Life, action: KeyAction) -> None:
    """An answer to the digest is understood, confirmed by one click, and counts."""
    digest = next(one for one in reversed(life.mails_to(life.arlo)) if "Write the guidance" in text_of(one))
    place = Reminder.objects.filter(action=action, recipient=life.arlo).exclude(place=None).latest("pk").place
    answer = EmailMessage()
    answer["From"], answer["To"] = f"Arlo Quist <{life.arlo.email}>", digest.get("Reply-To", "answers@x.org")
    answer["Subject"], answer["In-Reply-To"] = f"Re: {digest['Subject']}", digest["Message-ID"]
    answer["Message-ID"] = "<answer-1@norland.example.org>"
    answer.set_content(f"{place}: completed - guidance adopted in April\n\nBest\nArlo\n")
    taken = intake.take(answer.as_bytes(), now=life.now, recipients=["answers@evaltrack.example.org"])
    assert taken.outcome == "taken", taken.note
    (proposal,) = taken.proposals.all()
    assert (proposal.action, proposal.status) == (action, "completed")
    browser = Client()
    browser.force_login(life.arlo)
    form = forms_of(browser.get(reverse("replies")).content.decode())
    browser.post(reverse("replies"), form)
    action.refresh_from_db()
    assert (action.closed_as, action.updates.latest("pk").channel) == ("completed", Channel.MAIL)


def held(life: Life, response: ManagementResponse, name: str, *, told: str) -> tuple[RoundMatrix, bytes]:
    """The round is open by itself; the coordinator reports each recommendation; the unit closes it."""
    matrix = RoundMatrix.objects.get(response=response, name=name)
    for number, answer in enumerate(response.answers.order_by("pk"), 1):
        status = told if number == 1 else "open"
        progress.report(
            answer, by=life.coordinator, now=life.now, as_of=life.now.date(), status=status, round=name,
            comment=f"As of {name}.",
        )  # fmt: skip
    rounds.close(RoundMatrix.objects.filter(pk=matrix.pk), by=life.unit, now=life.now)
    rounds.freeze(now=life.now)
    matrix.refresh_from_db()
    assert matrix.snapshot
    assert matrix.snapshot.kind == SnapshotKind.ROUND
    return matrix, exports.of_round(matrix.snapshot)


def dropped(life: Life, action: KeyAction) -> None:
    progress.report(
        action, by=life.noa, now=life.now, as_of=life.now.date(), status="discarded", comment="The school closed.",
        reason_code="overtaken", reason="The school was closed in autumn.",
    )  # fmt: skip
    action.refresh_from_db()
    assert action.closed_as == ""
    (closure,) = action.closures.all()
    closing.decide(closure, RequestState.APPROVED, by=life.unit, now=life.now)
    action.refresh_from_db()
    assert action.closed_as == ClosedAs.DROPPED


def disagreed(life: Life, response: ManagementResponse) -> None:
    """The checked figure is another than the self-reported one, until the question is answered."""
    answer = response.answers.order_by("pk")[0]
    verification.check(
        answer, by=life.unit, now=life.now, implementation="largely", alignment="high", timeliness="late",
        reason="Two of three ports have the guidance.", question="What of the third port?",
    )  # fmt: skip
    figures = {
        one.code: (one.reported, one.checked) for one in verified.figures(verified.columns_of(response))
    }
    assert figures["completed"] == (1, 0)
    assert Verification.objects.unanswered().count() == 1
    life.until(life.now.date() + timedelta(days=3))
    assert any("What of the third port?" in text_of(one) for one in life.mails_to(life.coordinator))
    progress.report(
        answer, by=life.coordinator, now=life.now, as_of=life.now.date(), status="completed",
        comment="It has it since January.",
    )  # fmt: skip
    assert not Verification.objects.unanswered().exists()
