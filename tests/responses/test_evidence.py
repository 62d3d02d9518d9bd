"""Evidence: where it is required, what may be attached, who removes it, and what malware leads to."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from evaltrack import files, inspection, stores
from evaltrack.errors import Refused
from evaltrack.models import AuditEntry, Notification, StoredFile
from evaltrack.roles import Role
from recommendations.choices import CommonStatus
from recommendations.profiles import EvidenceRule
from responses import evidence, progress
from responses.choices import Channel
from responses.models import Evidence, KeyAction, ProgressUpdate
from tests import factories as make
from tests import files as samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path, time_machine):
    time_machine.move_to(make.NOW)
    settings.STORAGES = {**settings.STORAGES, "default": stores.storage("", tmp_path)}


@pytest.fixture
def office():
    return make.office("Country Office Norland")


@pytest.fixture
def officer(office):
    return make.member(Role.ME_OFFICER, office, "Ines Okafor")


@pytest.fixture
def action(office):
    """Of a recommendation of priority 1, where the profile wants evidence for what is completed."""
    evaluation = make.evaluation([office], profile_slug="plain", title="Evaluation of the river ports")
    recommendation = make.recommendation(evaluation, priority=1)
    return make.action(make.answer(recommendation, decision="accepted"))


def file(content=None, name="minutes.pdf"):
    return evidence.uploaded(files.Upload(io.BytesIO(content or samples.pdf()), name), now=make.NOW)


def link():
    return evidence.linked("https://example.org/minutes")


def report(action, by, *attachments, status="completed", **how):
    return progress.report(
        action, by=by, now=make.NOW, as_of=make.NOW.date(), status=status, comment="So it stands.",
        attachments=attachments, **how,
    )  # fmt: skip


# Where it is required ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "priorities", "priority", "status", "required"),
    [
        (["completed"], [1], 1, "completed", True),
        (["completed"], [1], 2, "completed", False),
        (["completed"], [1], None, "completed", False),
        (["completed"], [1, 2], 2, "completed", True),
        (["completed"], [], None, "completed", True),
        (["completed"], [], 3, "in_progress", False),
        (["in_progress", "completed"], [], 3, "in_progress", True),
        ([], [], 1, "completed", False),
        ([], [1], 1, "completed", False),
    ],
)
def test_the_profile_says_where_it_is_required(action, statuses, priorities, priority, status, required):
    rule = EvidenceRule(tuple(map(CommonStatus, statuses)), tuple(priorities))
    rules = replace(action.answer.response.evaluation.profile.rules, evidence=rule)
    action.answer.recommendation.priority = priority
    assert evidence.is_required(action, rules, status) is required


def test_without_it_the_report_is_refused_in_a_sentence(action, officer):
    with pytest.raises(Refused, match="“Completed” needs evidence here"):
        report(action, officer)
    assert not ProgressUpdate.objects.exists()


@pytest.mark.parametrize("attachment", [file, link])
def test_a_file_or_a_link_will_do(action, officer, attachment):
    update = report(action, officer, attachment())
    row = update.evidence.get()
    assert (row.name, row.added_by) == ("minutes.pdf" if row.file else "example.org/minutes", officer)
    action.refresh_from_db()
    assert action.closed_as == "completed"


def test_what_is_there_from_an_earlier_report_counts(action, officer):
    report(action, officer, link(), status="in_progress")
    report(action, officer)
    assert action.updates.count() == 2


def test_what_was_removed_or_infected_does_not_count(action, officer):
    row = report(action, officer, file(), status="in_progress").evidence.get()
    StoredFile.objects.update(scan="infected")
    with pytest.raises(Refused, match="needs evidence"):
        report(action, officer)
    StoredFile.objects.update(scan="clean")
    evidence.remove(row, by=officer, now=make.NOW, reason="The wrong one.")
    with pytest.raises(Refused, match="needs evidence"):
        report(action, officer)


def test_it_is_not_asked_of_imported_documents_nor_of_a_report_without_status(action, officer):
    report(action, None, channel=Channel.IMPORT)
    report(action, officer, status="")
    assert action.updates.count() == 2


# What may be attached ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/a", "//example.org",
        "example.org/a", "https://", "http:///a", "https://exam ple.org", "https://example.org/\u202ea",
        "https://example.org/\nSet-Cookie:a", "https://user:secret@example.org/", "https://[::1", "",
        "https://example.org/" + "a" * 2000,
    ],
)  # fmt: skip
def test_a_link_that_is_none_is_refused(url):
    with pytest.raises(Refused):
        evidence.linked(url)


def test_a_link_is_called_what_it_is_given_or_its_place():
    assert evidence.linked(" https://example.org/ ").name == "example.org"
    assert evidence.linked("https://example.org/a?b=c").name == "example.org/a"
    assert evidence.linked("http://example.org/a", "The\nminutes").name == "The minutes"


def test_the_same_twice_in_one_update_is_one(action, officer):
    update = report(action, officer, file(), file(name="copy.pdf"), link(), link())
    assert sorted(update.evidence.values_list("name", flat=True)) == ["example.org/minutes", "minutes.pdf"]
    evidence.attach(update, [file()], by=officer, now=make.NOW)
    assert update.evidence.count() == 2


def test_the_same_file_elsewhere_in_the_evaluation_is_told(action, officer):
    report(action, officer, file())
    other = make.action(action.answer)
    made = list(report(other, officer, file(name="again.pdf"), link()).evidence.all())
    assert evidence.told_before(made) == [
        "“again.pdf” is already attached to key action 1.1, by Ines Okafor on 2 March 2026."
    ]
    elsewhere = make.action()
    assert evidence.told_before(report(elsewhere, None, file()).evidence.all()) == []


def test_too_many_or_too_large_together_are_refused_and_nothing_is_reported(action, officer, settings):
    many = [evidence.linked(f"https://example.org/{number}") for number in range(evidence.MOST + 1)]
    with pytest.raises(Refused, match="up to 20 files and links"):
        report(action, officer, *many)
    settings.MAX_UPDATE_MB = 1
    large = file(b"a" * 900_000, "a.txt"), file(b"b" * 900_000, "b.txt")
    with pytest.raises(Refused, match="together"):
        report(action, officer, *large)
    assert not ProgressUpdate.objects.exists()
    assert not Evidence.objects.exists()


def test_what_the_store_has_forgotten_meanwhile_is_asked_for_again(action, officer):
    attachment = file()
    files.sweep(now=make.NOW + files.KEPT + timedelta(hours=1))
    with pytest.raises(Refused, match="Choose it again"):
        report(action, officer, attachment)


def test_it_is_attached_by_those_who_report(action, officer):
    update = report(action, officer, link())
    with pytest.raises(PermissionDenied):
        evidence.attach(update, [file()], by=make.member(Role.READER, make.office()), now=make.NOW)


# Removing and bringing back ------------------------------------------------------------------------------


def test_removing_keeps_the_file_and_stands_in_the_history(action, officer):
    row = report(action, officer, file(), link()).evidence.get(url="")
    evidence.remove(row, by=officer, now=make.NOW, reason="The wrong meeting.")
    assert list(evidence.of(action).values_list("url", flat=True)) == ["https://example.org/minutes"]
    entry = AuditEntry.objects.get(verb="removed")
    assert (entry.target, entry.changes["reason"]) == ("minutes.pdf", ["", "The wrong meeting."])
    files.sweep(now=make.NOW + 2 * files.KEPT)
    evidence.restore(row, by=officer)
    assert evidence.of(action).count() == 2
    with files.read(StoredFile.objects.get()) as content:
        assert content.read() == samples.pdf()


def test_the_last_one_stays_where_the_status_needs_it(action, officer):
    row = report(action, officer, file()).evidence.get()
    with pytest.raises(Refused, match="needs evidence, and this is all there is"):
        evidence.remove(row, by=officer, now=make.NOW, reason="Wrong.")
    KeyAction.objects.update(status="in_progress")
    row.refresh_from_db()
    row = Evidence.objects.select_related("update__action").get(pk=row.pk)
    evidence.remove(row, by=officer, now=make.NOW, reason="Wrong.")


def test_a_reason_is_asked_for(action, officer):
    row = report(action, officer, link(), status="in_progress").evidence.get()
    with pytest.raises(Refused, match="why it is removed"):
        evidence.remove(row, by=officer, now=make.NOW, reason=" ")


@pytest.mark.parametrize(
    ("who", "may"),
    [("adder", True), ("officer", True), ("other party", False), ("reader", False)],
)
def test_who_attached_it_removes_it_and_those_who_report_for_the_office(action, office, officer, who, may):
    adder, other = make.user("Arlo Quist"), make.user("Oda Lind")
    for person in (adder, other):
        action.parties.create(name=person.name, person=person)
    row = report(action, adder, link(), status="in_progress").evidence.get()
    people = {
        "adder": adder, "officer": officer, "other party": other,
        "reader": make.member(Role.READER, office),
    }  # fmt: skip
    assert evidence.may_remove(people[who], row) is may
    if not may:
        with pytest.raises(PermissionDenied):
            evidence.remove(row, by=people[who], now=make.NOW, reason="Wrong.")


# Malware -------------------------------------------------------------------------------------------------


def test_who_attached_malware_is_told_and_the_bytes_are_gone(action, officer, settings):
    with samples.Scanner(b"stream: Eicar-Test-Signature FOUND\0") as scanner:
        settings.CLAMD_URL = scanner.url
        row = report(action, officer, file()).evidence.get()
        inspection.inspect(now=timezone.now())
        inspection.inspect(now=timezone.now())
    told = Notification.objects.get(kind="malware_found")
    assert told.person == officer
    assert (
        "(Eicar-Test-Signature) was found in “minutes.pdf”, which you attached to key action 1.1" in told.text
    )
    row.refresh_from_db()
    assert (row.file.scan, row.file.content.name, row.removed_at) == ("infected", "", None)
    assert not evidence.of(action).exists()
    assert AuditEntry.objects.get(verb="infected").changes == {"malware": ["", "Eicar-Test-Signature"]}
    with pytest.raises(Refused, match="found Eicar-Test-Signature in it"):
        file()
