"""Readings of reports: handed in, read once whoever dies, looked over, entered all or nothing."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack import apart, files
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import AuditEntry, StoredFile
from recommendations import lessons, readings
from recommendations.drafts import Draft
from recommendations.lessons import LessonDraft
from recommendations.models import Lesson, ReportReading
from tests import factories as make
from tests.people import five
from tests.recommendations import made_reports as made

pytestmark = pytest.mark.django_db

FOUND: dict[str, Any] = {
    "title": "5 Recommendations",
    "remarks": [],
    "recommendations": [
        {
            "number": "1", "text": "Mend the jetty.", "sub_points": "- Tar it.", "rationale": "", "page": 7,
            "directed_to": "Harbour office", "priority": "high", "timeline": "", "based_on": "Conclusion 1",
            "levels": "High urgency, low difficulty", "doubts": ["Look."], "under": "", "source": ["1. Mend"],
        },
        {
            "number": "2", "text": "Count the geese.", "sub_points": "", "rationale": "", "page": 8,
            "directed_to": "", "priority": "", "timeline": "", "based_on": "", "levels": "", "doubts": [],
            "under": "", "source": ["2. Count"],
        },
    ],
    "learned": [
        {
            "kind": "lesson", "label": "LL-1", "title": "Of rot", "text": "It comes from above.", "page": 9,
            "based_on": "Finding 2", "doubts": [], "under": "", "source": ["LL-1 Of rot"],
        },
    ],
}  # fmt: skip


@pytest.fixture
def people() -> dict[str, Any]:
    return five(make.office("Country Office Norland"))


@pytest.fixture
def by(people: dict[str, Any]) -> Any:
    return people["officer of the office"]


@pytest.fixture
def evaluation(by: Any) -> Any:
    from evaltrack.models import Office

    return make.evaluation([Office.objects.get(name="Country Office Norland")])


@pytest.fixture
def content() -> bytes:
    return made.word(*made.SPANISH)


def ask(evaluation: Any, by: Any, content: bytes, name: str = "report.docx") -> ReportReading:
    return readings.ask(evaluation, Upload(io.BytesIO(content), name, len(content)), by=by, now=make.NOW)


@pytest.fixture
def waiting(evaluation: Any, by: Any, content: bytes) -> ReportReading:
    return ask(evaluation, by, content)


@pytest.fixture
def read(evaluation: Any, by: Any) -> ReportReading:
    file = StoredFile.objects.create(sha256="1" * 64, size=1, media_type="text/plain", stored_at=make.NOW)
    return ReportReading.objects.create(
        evaluation=evaluation, file=file, name="report.txt", state="read", asked_by=by, asked_at=make.NOW,
        result=FOUND,
    )  # fmt: skip


# Handing in ------------------------------------------------------------------------------------------------


def test_a_report_is_kept_and_read(evaluation: Any, by: Any, waiting: ReportReading) -> None:
    entry = AuditEntry.objects.get(target_type="reportreading")
    assert (entry.verb, entry.actor_id, entry.parent_id) == ("handed_in", by.pk, evaluation.pk)

    assert readings.work(now=make.NOW) == 1

    waiting.refresh_from_db()
    assert (waiting.state, waiting.read_at, waiting.claimed_until) == ("read", make.NOW, None)
    assert [one["number"] for one in waiting.result["recommendations"]] == ["1", "2"]
    assert readings.work(now=make.NOW) == 0


@pytest.mark.parametrize("who", ["reader", "officer elsewhere", "action owner"])
def test_only_who_enters_recommendations_hands_in_reports(
    evaluation: Any, people: dict[str, Any], who: str, content: bytes
) -> None:
    with pytest.raises(PermissionDenied):
        ask(evaluation, people[who], content)
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.docx", "is empty"),
        (b"a,b\n1,2\n", "list.csv", "Word files"),
        (b"\x00\x01", "a.docx", "a.docx"),
    ],
)
def test_what_is_no_report_is_refused_at_once(
    evaluation: Any, by: Any, content: bytes, name: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        ask(evaluation, by, content, name)
    assert not ReportReading.objects.exists()


def test_not_more_than_a_few_wait_at_once(evaluation: Any, by: Any, content: bytes) -> None:
    for _time in range(readings.WAITING):
        ask(evaluation, by, content)
    with pytest.raises(Refused, match="Wait until they are done"):
        ask(evaluation, by, content)


# By a worker -----------------------------------------------------------------------------------------------


def test_what_another_worker_has_is_left_to_it_until_its_claim_ends(
    waiting: ReportReading, monkeypatch
) -> None:
    monkeypatch.setattr(readings.apart, "run", lambda *args, **options: FOUND)
    ReportReading.objects.update(claimed_until=make.NOW + readings.LEASE, attempts=1)

    assert readings.work(now=make.NOW) == 0
    assert readings.work(now=make.NOW + readings.LEASE + timedelta(seconds=1)) == 1

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == ("read", 2)


def test_what_killed_three_workers_is_given_up(waiting: ReportReading) -> None:
    ReportReading.objects.update(claimed_until=make.NOW, attempts=readings.ATTEMPTS)

    readings.work(now=make.NOW + timedelta(seconds=1))

    waiting.refresh_from_db()
    assert waiting.state == "refused"
    assert "broken off several times" in waiting.refusal


def test_what_the_reader_refuses_is_told(waiting: ReportReading, monkeypatch) -> None:
    def run(*args: Any, **options: Any) -> None:
        raise apart.UnfinishedError(apart.Fault.TIME)

    monkeypatch.setattr(readings.apart, "run", run)
    readings.work(now=make.NOW)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.refusal[:37]) == ("refused", "Reading the file took too long and wa")


def test_a_worker_whose_claim_ran_out_changes_nothing(waiting: ReportReading, monkeypatch) -> None:
    def slow(*args: Any, **options: Any) -> dict[str, Any]:
        ReportReading.objects.filter(pk=waiting.pk).update(state="entered", result={"by": "another"})
        return FOUND

    monkeypatch.setattr(readings.apart, "run", slow)
    readings.work(now=make.NOW)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.result) == ("entered", {"by": "another"})


@pytest.mark.parametrize(
    ("scan", "state"), [("waiting", "waiting"), ("infected", "refused"), ("clean", "read")]
)
def test_a_report_is_read_once_the_scanner_has_said_so(
    waiting: ReportReading, settings, monkeypatch, scan: str, state: str
) -> None:
    settings.CLAMD_URL = "tcp://scanner.example"
    monkeypatch.setattr(readings.apart, "run", lambda *args, **options: FOUND)
    StoredFile.objects.update(scan=scan)

    readings.work(now=make.NOW)

    waiting.refresh_from_db()
    assert waiting.state == state


def test_a_file_that_is_gone_is_told(waiting: ReportReading) -> None:
    waiting.file.content.delete(save=False)
    readings.work(now=make.NOW)
    waiting.refresh_from_db()
    assert "no longer in the store" in waiting.refusal


def test_the_file_stays_as_long_as_its_reading(waiting: ReportReading) -> None:
    later = make.NOW + files.KEPT + timedelta(minutes=1)
    assert files.sweep(now=later) == 0
    with files.read(StoredFile.objects.get()) as content:
        assert content.read(2) == b"PK"
    ReportReading.objects.all().delete()
    assert files.sweep(now=later) == 1


# By a person -----------------------------------------------------------------------------------------------


def test_what_was_read_becomes_rows(read: ReportReading) -> None:
    rows, learned = readings.proposed(read)
    assert [(row.number, row.priority, row.urgency, row.difficulty, row.source) for row in rows] == [
        ("1", "1", "high", "low", "0"), ("2", "", "", "", "1"),
    ]  # fmt: skip
    assert rows[0].doubts == "Look."
    assert [(one.label, one.title, one.source) for one in learned] == [("LL-1", "Of rot", "0")]


def test_what_is_taken_is_entered_with_its_page(evaluation: Any, by: Any, read: ReportReading) -> None:
    rows, learned = readings.proposed(read)
    rows[1] = Draft(**{**vars_of(rows[1]), "left_out": True})

    added, entries = readings.enter(read, rows, learned, by=by, seen=0, now=make.NOW)

    [one] = evaluation.recommendations.present()
    assert (one, one.text, one.based_on, one.urgency) == (added[0], "Mend the jetty.", "Conclusion 1", "high")
    assert [point.text for point in one.sub_points.all()] == ["Tar it."]
    [lesson] = evaluation.lessons.present()
    assert (lesson, lesson.title, lesson.based_on, lesson.page) == (entries[0], "Of rot", "Finding 2", 9)
    read.refresh_from_db()
    assert (read.state, read.entered_by, read.entered_at) == ("entered", by, make.NOW)
    entry = AuditEntry.objects.get(verb="entered_from")
    assert entry.changes == {"recommendations": ["", 1], "lessons": ["", 1]}


def vars_of(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Draft.__dataclass_fields__}


def test_it_is_entered_once(by: Any, read: ReportReading) -> None:
    learned = [LessonDraft(text="It comes from above.")]
    readings.enter(read, [], learned, by=by, seen=0, now=make.NOW)
    with pytest.raises(Refused, match="entered already"):
        readings.enter(read, [], learned, by=by, seen=0, now=make.NOW)
    assert Lesson.objects.count() == 1


def test_nothing_is_entered_where_one_of_it_cannot_be(evaluation: Any, by: Any, read: ReportReading) -> None:
    make.recommendation(evaluation)
    rows, learned = readings.proposed(read)
    with pytest.raises(Refused, match="Meanwhile"):
        readings.enter(read, rows, learned, by=by, seen=0, now=make.NOW)
    assert not Lesson.objects.exists()
    read.refresh_from_db()
    assert read.state == "read"


def test_who_takes_nothing_is_told(by: Any, read: ReportReading) -> None:
    with pytest.raises(Refused, match="Nothing is taken"):
        readings.enter(read, [Draft(text="x", left_out=True)], [LessonDraft()], by=by, seen=0, now=make.NOW)


@pytest.mark.parametrize("who", ["reader", "officer elsewhere"])
def test_others_enter_nothing(people: dict[str, Any], read: ReportReading, who: str) -> None:
    with pytest.raises(PermissionDenied):
        readings.enter(read, [Draft(text="x")], [], by=people[who], seen=0, now=make.NOW)


@pytest.mark.parametrize(
    ("positions", "texts"),
    [
        ("0", ["Mend the jetty."]),
        ("0,1", ["Mend the jetty.", "Count the geese."]),
        ("9", []),
        ("x,-1,", []),
        ("", []),
    ],
)
def test_the_sources_of_a_row(read: ReportReading, positions: str, texts: list[str]) -> None:
    assert [one["text"] for one in readings.sources(read, "recommendations", positions)] == texts


# Lessons ---------------------------------------------------------------------------------------------------


def test_lessons_are_mended_removed_and_added_as_rows(evaluation: Any, by: Any) -> None:
    first = lessons.add(evaluation, by=by, kind="lesson", text="Rot comes from above.")
    second = lessons.add(evaluation, by=by, kind="practice", text="Tar the planks.")
    elsewhere = lessons.add(
        make.evaluation(evaluation.offices.all()), by=by, kind="lesson", text="Another’s."
    )

    lessons.keep(
        evaluation,
        [
            LessonDraft(text="Rot comes from below.", source=str(first.pk)),
            LessonDraft(kind="practice", text="Tar the planks.", source=str(second.pk), left_out=True),
            LessonDraft(kind="practice", text="Listen to the skippers."),
            LessonDraft(text="Taken over", source=str(elsewhere.pk)),
        ],
        by=by,
        now=make.NOW,
    )  # fmt: skip

    assert [one.text for one in evaluation.lessons.present()] == [
        "Rot comes from below.",
        "Listen to the skippers.",
    ]
    elsewhere.refresh_from_db()
    assert elsewhere.text == "Another’s."
    lessons.restore(Lesson.objects.get(pk=second.pk), by=by)
    assert evaluation.lessons.present().count() == 3
    verbs = list(
        AuditEntry.objects.filter(target_type="lesson").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["added"] * 3 + ["changed", "removed", "added", "restored"]


def test_a_lesson_keeps_a_text_and_its_keepers(evaluation: Any, people: dict[str, Any], by: Any) -> None:
    one = lessons.add(evaluation, by=by, kind="lesson", text="Rot comes from above.")
    with pytest.raises(Refused, match="needs a text"):
        lessons.amend(one, by=by, text=" ")
    with pytest.raises(Refused, match="needs a text"):
        lessons.add(evaluation, by=by, kind="lesson", text=" ")
    for verb in (
        lambda who: lessons.amend(one, by=who, text="x"),
        lambda who: lessons.remove(one, by=who, now=make.NOW),
        lambda who: lessons.restore(one, by=who),
        lambda who: lessons.add(evaluation, by=who, kind="lesson", text="x"),
        lambda who: lessons.keep(evaluation, [], by=who, now=make.NOW),
    ):
        with pytest.raises(PermissionDenied):
            verb(people["reader"])
