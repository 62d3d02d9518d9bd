"""Pages of a report: handed in, progress, proposals beside its words, mended, saved; and lessons afterwards."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaltrack.models import StoredFile
from recommendations import lessons, readings
from recommendations.models import ReportReading
from tests import factories as make
from tests.people import five
from tests.recommendations import made_reports as made
from tests.recommendations.test_readings import FOUND

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(time_machine: Any) -> None:
    time_machine.move_to(make.NOW)


@pytest.fixture
def office() -> Any:
    return make.office("Country Office Norland")


@pytest.fixture
def people(office: Any) -> dict[str, Any]:
    return five(office)


@pytest.fixture
def evaluation(office: Any, people: dict[str, Any]) -> Any:
    return make.evaluation([office], title="River ports")


@pytest.fixture
def officer(client: Any, people: dict[str, Any]) -> Any:
    client.force_login(people["officer of the office"])
    return people["officer of the office"]


@pytest.fixture
def reading(evaluation: Any, officer: Any) -> ReportReading:
    return make_reading(evaluation, officer)


def make_reading(evaluation: Any, by: Any, **fields: Any) -> ReportReading:
    file, _made = StoredFile.objects.get_or_create(
        sha256="1" * 64, defaults={"size": 1, "media_type": "text/plain", "stored_at": make.NOW}
    )
    fields = {"state": "read", "result": FOUND, "name": "report.txt", **fields}
    return ReportReading.objects.create(
        evaluation=evaluation, file=file, asked_by=by, asked_at=make.NOW, **fields
    )


def page_of(reading: ReportReading) -> str:
    return reverse("report_reading", args=[reading.evaluation_id, reading.pk])


def posted(response: Any, **changed: str) -> dict[str, Any]:
    """The form as the page shows it, with some of it changed."""
    data: dict[str, Any] = {"present": response.context["present"], "do": "save"}
    for name in ("formset", "lessons"):
        rows = response.context[name]
        data |= {f"{rows.prefix}-TOTAL_FORMS": rows.total_form_count(), f"{rows.prefix}-INITIAL_FORMS": 0}
        for row in rows:
            for field in row:
                if field.name != "DELETE":
                    data[field.html_name] = field.value() or ""
    return data | changed


# Handing in ------------------------------------------------------------------------------------------------


def test_a_report_is_handed_in_and_its_progress_shown(client: Any, evaluation: Any, officer: Any) -> None:
    upload = reverse("report_upload", args=[evaluation.pk])
    assert upload in client.get(reverse("evaluation", args=[evaluation.pk])).content.decode()
    assert upload in client.get(reverse("recommendations_paste", args=[evaluation.pk])).content.decode()

    sent = client.post(upload, {"file": SimpleUploadedFile("report.docx", made.word(*made.SPANISH))})

    reading = ReportReading.objects.get()
    assert sent.url == page_of(reading)
    page = client.get(sent.url)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert "waits to be read" in page.content.decode()
    part = client.get(sent.url, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="report-live")
    assert part.content.decode().strip().startswith('<div id="report-live"')
    readings.work(now=make.NOW)
    page = client.get(sent.url).content.decode()
    assert "every 2s" not in page
    assert "Publicar el horario cada mes" in page


def test_what_is_no_report_is_refused_with_a_sentence(client: Any, evaluation: Any, officer: Any) -> None:
    upload = reverse("report_upload", args=[evaluation.pk])
    sent = client.post(upload, {"file": SimpleUploadedFile("list.csv", b"a,b\n1,2\n")})
    assert sent.status_code == 422
    assert "Reports are read from Word files" in sent.content.decode()
    assert client.post(upload, {}).status_code == 422


@pytest.mark.parametrize(
    ("who", "status"), [("reader", 403), ("officer elsewhere", 404), ("action owner", 404)]
)
@pytest.mark.parametrize("name", ["report_upload", "report_reading", "evaluation_lessons"])
def test_only_who_enters_recommendations_comes_here(
    client: Any, people: dict[str, Any], reading: ReportReading, who: str, status: int, name: str
) -> None:
    client.force_login(people[who])
    path = page_of(reading) if name == "report_reading" else reverse(name, args=[reading.evaluation_id])
    assert client.get(path).status_code == status
    assert client.post(path, {"do": "save"}).status_code == status


def test_a_reading_of_another_evaluation_is_not_found(
    client: Any, office: Any, reading: ReportReading
) -> None:
    other = make.evaluation([office])
    assert client.get(reverse("report_reading", args=[other.pk, reading.pk])).status_code == 404


# Looking over ----------------------------------------------------------------------------------------------


def test_proposals_stand_beside_the_words_and_the_page(client: Any, reading: ReportReading) -> None:
    page = client.get(page_of(reading))
    shown = page.content.decode()
    assert "As it stands in the report, page 7" in " ".join(shown.split())
    assert "1. Mend" in shown
    assert "LL-1 Of rot" in shown
    [first, second] = page.context["formset"]
    assert "urgency" in first.fields
    assert "urgency" not in second.fields


def test_what_is_taken_and_mended_is_saved(client: Any, evaluation: Any, reading: ReportReading) -> None:
    shown = client.get(page_of(reading))
    data = posted(shown, **{"rows-0-text": "Mend the jetty before winter.", "rows-1-DELETE": "on"})

    sent = client.post(page_of(reading), data, follow=True)

    assert [one.text for one in evaluation.recommendations.present()] == ["Mend the jetty before winter."]
    assert [(one.title, one.page) for one in evaluation.lessons.present()] == [("Of rot", 9)]
    page = sent.content.decode()
    assert "1 recommendation is saved. 1 lesson or good practice is saved." in page
    assert "Of rot" in page
    assert "entered what was read in" in page  # the history
    assert "was entered on" in client.get(page_of(reading)).content.decode()


def test_merged_rows_keep_the_words_of_both(client: Any, reading: ReportReading) -> None:
    shown = client.get(page_of(reading))
    merged = client.post(page_of(reading), posted(shown, do="merge-1"))
    [row] = merged.context["formset"]
    assert row["source"].value() == "0,1"
    assert [one["text"] for one in row.sources] == ["Mend the jetty.", "Count the geese."]
    assert [one["text"].value() for one in merged.context["lessons"]] == ["It comes from above."]
    added = client.post(page_of(reading), posted(merged, do="add"))
    assert len(added.context["formset"]) == 2


def test_what_cannot_be_saved_is_marked_and_nothing_lost(
    client: Any, evaluation: Any, reading: ReportReading
) -> None:
    shown = client.get(page_of(reading))
    sent = client.post(page_of(reading), posted(shown, **{"lessons-0-text": "", "rows-0-number": "x" * 21}))
    assert sent.status_code == 422
    assert "marked below" in sent.content.decode()
    assert "A lesson or good practice needs a text" in sent.content.decode()
    assert sent.context["formset"][1]["text"].value() == "Count the geese."
    assert not evaluation.recommendations.exists()


def test_hostile_rows_are_harmless(client: Any, evaluation: Any, reading: ReportReading) -> None:
    for total in ("", "x", "-1", "999999999999", "²"):
        data = {"do": "save", "present": "²", "rows-TOTAL_FORMS": total, "lessons-TOTAL_FORMS": total}
        assert client.post(page_of(reading), data).status_code == 422
    assert not evaluation.recommendations.exists()


def test_the_words_of_a_report_are_words_on_the_page(client: Any, evaluation: Any, officer: Any) -> None:
    said = {**FOUND["recommendations"][0], "source": ["<script>x</script>"], "text": "<b>x</b>"}
    reading = make_reading(
        evaluation, officer, result={"remarks": ["<i>x</i>"], "recommendations": [said], "learned": []}
    )
    shown = client.get(page_of(reading)).content.decode()
    for part in ("<script>x", "<b>x", "<i>x"):
        assert part not in shown


@pytest.mark.parametrize("many", [1, 3])
def test_queries_do_not_grow(client: Any, evaluation: Any, officer: Any, many: int) -> None:
    said = {
        "remarks": [], "recommendations": FOUND["recommendations"] * many, "learned": FOUND["learned"] * many
    }  # fmt: skip
    for _time in range(many):
        reading = make_reading(evaluation, officer, result=said)
        lessons.add(evaluation, by=officer, kind="lesson", text="Rot comes from above.")
    counts = {}
    for name, path in (
        ("reading", page_of(reading)),
        ("upload", reverse("report_upload", args=[evaluation.pk])),
        ("lessons", reverse("evaluation_lessons", args=[evaluation.pk])),
    ):
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        counts[name] = len(asked)
    assert counts == {"reading": 10, "upload": 9, "lessons": 9}


# Lessons ---------------------------------------------------------------------------------------------------


def test_lessons_are_mended_on_a_page_of_their_own(client: Any, evaluation: Any, officer: Any) -> None:
    one = lessons.add(evaluation, by=officer, kind="lesson", text="Rot comes from above.")
    path = reverse("evaluation_lessons", args=[evaluation.pk])
    shown = client.get(path)
    row = {
        "lessons-TOTAL_FORMS": 1, "lessons-INITIAL_FORMS": 0, "lessons-0-kind": "practice",
        "lessons-0-text": "Tar the planks.", "lessons-0-source": str(one.pk),
    }  # fmt: skip
    assert [form["text"].value() for form in shown.context["lessons"]] == ["Rot comes from above."]
    assert len(client.post(path, {**row, "do": "add"}).context["lessons"]) == 2

    assert client.post(path, {**row, "do": "save"}).url == reverse("evaluation", args=[evaluation.pk])

    one.refresh_from_db()
    assert (one.kind, one.text) == ("practice", "Tar the planks.")
    assert client.post(path, {**row, "do": "save", "lessons-0-kind": "rumour"}).status_code == 422
