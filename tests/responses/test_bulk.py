"""Bulk exports: what goes in, how it is made and goes on after a killed worker, who gets it and for how long."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pypdf import PdfReader

from evaltrack.documents.pdf import PdfUnavailableError
from evaltrack.errors import Refused
from evaltrack.files import MissingError
from evaltrack.models import AuditEntry, Membership, Notification
from evaltrack.roles import Role
from responses import bulk, prints
from responses.bulk_files import LIST, LONGEST, Names, safe
from responses.choices import BulkForm, BulkState
from responses.models import BulkExport, BulkItem, ManagementResponse
from tests import factories as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def unit(office):
    return make.member(Role.EVALUATION_UNIT, office, "Una Unit")


@pytest.fixture
def printed(monkeypatch) -> list[int]:
    """What was printed, by the key of the response, without setting a page."""
    done: list[int] = []

    def current(response, **_how):
        done.append(response.pk)
        return f"%PDF of {response.evaluation.reference}".encode()

    monkeypatch.setattr(prints, "current", current)
    return done


def responses(office, count: int) -> list[ManagementResponse]:
    made = []
    for number in range(1, count + 1):
        evaluation = make.evaluation([office], reference=f"EV-{number}", title=f"Wells {number}")
        made.append(make.response(evaluation, office=office))
    return made


def ask(by, form: str = BulkForm.ZIP, **how) -> BulkExport:
    rows = how.pop("rows", ManagementResponse.objects.order_by("pk"))
    return bulk.ask(rows, form, by=by, now=how.pop("now", NOW), language="en", **how)


def made(by, form: str = BulkForm.ZIP, **how) -> BulkExport:
    export = ask(by, form, **how)
    assert bulk.work(now=NOW) is False
    export.refresh_from_db()
    return export


def archive(export: BulkExport) -> zipfile.ZipFile:
    with bulk.read(export, by=export.person) as content:
        return zipfile.ZipFile(io.BytesIO(content.read()))


# What is asked for ------------------------------------------------------------------------------------------


def test_a_zip_has_a_pdf_of_each_and_a_list_of_them(unit, office, printed):
    responses(office, 2)
    export = made(unit)
    assert export.state == BulkState.READY
    names = [f"EV-{n} Country Office Norland Wells {n}.pdf" for n in (1, 2)]
    found = archive(export)
    assert found.namelist() == [*names, LIST]
    assert found.testzip() is None
    assert found.read(names[1]) == b"%PDF of EV-2"
    assert "EV-2" in found.read(LIST).decode("utf-8-sig").splitlines()[2]
    assert export.size == default_storage.size(export.file)
    assert export.kept_until is not None
    assert timedelta(days=6) < export.kept_until - NOW < timedelta(days=8)


def test_real_documents_in_a_zip_and_as_one(unit, office):
    for one in responses(office, 2):
        make.answer(make.recommendation(one.evaluation, text=f"Do {one.evaluation.reference}."), one)
    inside = archive(made(unit))
    assert "Do EV-1." in PdfReader(io.BytesIO(inside.read(inside.namelist()[0]))).pages[0].extract_text()
    whole = made(unit, BulkForm.PDF, title="Both of them")
    with bulk.read(whole, by=unit) as content:
        pdf = PdfReader(io.BytesIO(content.read()))
        texts = " ".join(page.extract_text() for page in pdf.pages)
        assert pdf.metadata is not None
        assert pdf.metadata.title == "Both of them"
        assert len(pdf.outline) >= 2
    assert ("Do EV-1." in texts, "Do EV-2." in texts) == (True, True)


def test_the_same_export_twice_is_the_same_file(unit, office, printed):
    responses(office, 2)
    assert made(unit).sha256 == made(unit).sha256


def test_only_what_the_person_sees_goes_in(unit, office, printed):
    responses(office, 1)
    make.response(make.evaluation([make.office("Elsewhere")], reference="EV-secret"))
    assert len(archive(made(unit)).namelist()) == 2


def test_what_they_may_no_longer_see_is_left_out_and_said(unit, office, printed):
    first, _second = responses(office, 2)
    export = ask(unit)
    first.evaluation.offices.set([make.office("Elsewhere")])
    ManagementResponse.objects.filter(pk=first.pk).update(office=None)
    bulk.work(now=NOW)
    inside = archive(BulkExport.objects.get(pk=export.pk))
    assert [name[:4] for name in inside.namelist()] == ["EV-2", "cont"]
    assert "You may not see it any more" in inside.read(LIST).decode()
    assert "EV-1" not in inside.read(LIST).decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EVALUATION_UNIT])
def test_only_the_evaluation_unit_exports(office, role):
    responses(office, 1)
    with pytest.raises(PermissionDenied):
        ask(make.member(role, office))


def test_there_must_be_something_to_print_and_not_too_much(unit, office, printed, monkeypatch):
    with pytest.raises(Refused, match="none of these evaluations has a response"):
        ask(unit)
    responses(office, 2)
    monkeypatch.setattr(bulk, "MOST", 1)
    with pytest.raises(Refused, match="At most 1 matrices"):
        ask(unit)


def test_not_too_many_at_a_time(unit, office, printed):
    responses(office, 1)
    for _each in range(bulk.AT_ONCE):
        ask(unit)
    with pytest.raises(Refused, match="still being made"):
        ask(unit)
    bulk.work(now=NOW)
    ask(unit)


# How it is made ---------------------------------------------------------------------------------------------


def test_who_asked_is_told_when_it_is_ready(unit, office, printed):
    responses(office, 1)
    export = made(unit, title="Board, March")
    told = Notification.objects.get(person=unit, kind="export_ready")
    assert told.text == "“Board, March” is ready. It is kept for a week."
    assert told.url == f"/exports/{export.pk}/"
    assert AuditEntry.objects.get(verb="asked_for").actor == "Una Unit"


def test_a_killed_worker_leaves_what_it_printed_and_another_goes_on(unit, office, printed, monkeypatch):
    rows = responses(office, 3)
    export = ask(unit)
    current = prints.current

    def dies(response, **how):
        if response.pk == rows[2].pk:
            raise KeyboardInterrupt
        return current(response, **how)

    monkeypatch.setattr(prints, "current", dies)
    with pytest.raises(KeyboardInterrupt):
        bulk.work(now=NOW)
    assert bulk.progress(export) == (2, 3)
    monkeypatch.setattr(prints, "current", current)
    printed.clear()
    assert bulk.work(now=NOW) is False  # the claim of the dead one still counts
    assert printed == []
    bulk.work(now=NOW + bulk.LEASE * 2)
    assert printed[0] == rows[2].pk
    export.refresh_from_db()
    assert (export.state, len(archive(export).namelist())) == (BulkState.READY, 4)


def test_a_worker_whose_claim_another_took_over_stops(unit, office, printed, monkeypatch):
    rows = responses(office, 2)
    export = ask(unit)
    current = prints.current

    def overtaken(response, **how):
        if response.pk == rows[0].pk:
            BulkExport.objects.update(claim="another")
        return current(response, **how)

    monkeypatch.setattr(prints, "current", overtaken)
    bulk.work(now=NOW)
    export.refresh_from_db()
    assert (export.state, printed) == (BulkState.PRINTING, [rows[0].pk])


def test_other_jobs_have_their_turn(unit, office, printed):
    responses(office, 2)
    export = ask(unit)
    assert bulk.work(now=NOW, seconds=0.0) is True
    assert bulk.work(now=NOW, seconds=1e-9) is True
    assert bulk.work(now=NOW) is False
    export.refresh_from_db()
    assert export.state == BulkState.READY


def test_what_breaks_worker_after_worker_is_given_up(unit, office, printed):
    responses(office, 1)
    export = ask(unit)
    BulkExport.objects.update(attempts=bulk.ATTEMPTS)
    bulk.work(now=NOW)
    export.refresh_from_db()
    assert (export.state, "several times" in export.refusal) == (BulkState.FAILED, True)
    assert Notification.objects.get(person=unit).detail == export.refusal


def test_one_that_cannot_be_printed_keeps_no_other_out(unit, office, printed, monkeypatch):
    rows = responses(office, 2)
    current = prints.current

    def breaks(response, **how):
        if response.pk == rows[0].pk:
            raise ValueError("of ours")
        return current(response, **how)

    monkeypatch.setattr(prints, "current", breaks)
    export = made(unit)
    assert export.state == BulkState.READY
    assert len(archive(export).namelist()) == 2
    assert "could not be printed" in Notification.objects.get(person=unit).text
    assert BulkItem.objects.get(response=rows[0]).failed == "It could not be printed."


def test_a_server_without_pdf_says_so(unit, office, monkeypatch):
    responses(office, 1)

    def missing(response, **_how):
        raise PdfUnavailableError("no pango")

    monkeypatch.setattr(prints, "current", missing)
    export = made(unit)
    assert (export.state, "cannot make PDFs" in export.refusal) == (BulkState.FAILED, True)


def test_a_cancelled_one_stops_with_the_next_document(unit, office, printed, monkeypatch):
    rows = responses(office, 3)
    export = ask(unit)
    current = prints.current

    def cancelled(response, **how):
        if response.pk == rows[1].pk:
            bulk.cancel(export, by=unit, now=NOW)
        return current(response, **how)

    monkeypatch.setattr(prints, "current", cancelled)
    bulk.work(now=NOW)
    export.refresh_from_db()
    assert (export.state, printed) == (BulkState.CANCELLED, [rows[0].pk, rows[1].pk])
    with pytest.raises(Refused):
        bulk.cancel(export, by=unit, now=NOW)
    assert not Notification.objects.exists()


# Who gets it, and for how long ---------------------------------------------------------------------------------


def test_it_is_for_whoever_asked_alone(unit, office, printed):
    responses(office, 1)
    export, other = made(unit), make.member(Role.EVALUATION_UNIT, office)
    assert not BulkExport.objects.visible_to(other).exists()
    for verb in (bulk.read, bulk.remove):
        with pytest.raises(PermissionDenied):
            verb(export, by=other)
    with pytest.raises(PermissionDenied):
        bulk.cancel(ask(unit), by=other, now=NOW)


def test_who_is_no_longer_in_the_unit_gets_no_file(unit, office, printed):
    responses(office, 1)
    export = made(unit)
    Membership.objects.all().delete()
    with pytest.raises(PermissionDenied):
        bulk.read(export, by=type(unit).objects.get(pk=unit.pk))


def test_after_a_week_the_file_is_deleted(unit, office, printed, django_capture_on_commit_callbacks):
    responses(office, 1)
    export = made(unit)
    with django_capture_on_commit_callbacks(execute=True):
        assert bulk.forget(now=NOW + timedelta(days=6)) == 0
        assert default_storage.exists(export.file)
        assert bulk.forget(now=NOW + timedelta(days=8)) == 1
    assert not default_storage.exists(export.file)
    export.refresh_from_db()
    assert (export.state, export.file) == (BulkState.GONE, "")
    with pytest.raises(MissingError):
        bulk.read(export, by=unit)


def test_it_can_be_deleted_before(unit, office, printed, django_capture_on_commit_callbacks):
    responses(office, 1)
    export = made(unit)
    with django_capture_on_commit_callbacks(execute=True):
        bulk.remove(export, by=unit)
    assert not default_storage.exists(export.file)
    with pytest.raises(Refused):
        bulk.remove(export, by=unit)


def test_what_a_killed_worker_left_in_the_store_is_swept(unit, office, printed):
    responses(office, 1)
    export = made(unit)
    default_storage.save(f"{bulk.FOLDER}/0-stray.zip", ContentFile(b"half"))
    later = datetime.now(UTC) + timedelta(days=2)
    BulkExport.objects.update(kept_until=later + timedelta(days=1))
    assert bulk.forget(now=later) >= 1
    assert not default_storage.exists(f"{bulk.FOLDER}/0-stray.zip")
    assert default_storage.exists(export.file)


# Names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("../../etc/passwd", "-..-etc-passwd"), ("a\\b:c*d?", "a-b-c-d-"), ("two\nlines\t", "two lines"),
        ("con", "_con"), ("NUL.txt", "_NUL.txt"), ("", "_"), (" . ", "_"), ("évaluation", "évaluation"),
        ("\u202egnp.exe", "gnp.exe"), ("x" * 500, "x" * LONGEST),
    ],
)  # fmt: skip
def test_names_are_safe_everywhere(wanted, name):
    assert safe(wanted) == name


def test_names_are_given_once():
    names = Names()
    assert [names.give(one) for one in ("Wells", "wells", "WELLS", "contents")] == [
        "Wells.pdf", "wells (2).pdf", "WELLS (3).pdf", "contents.pdf",
    ]  # fmt: skip
    long = [names.give("y" * 200) for _each in range(2)]
    assert len({*long}) == 2
    assert max(map(len, long)) <= LONGEST + len(".pdf")
