"""A register brought in: new evaluations, what a newer file changes, and what a person changed since."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import AuditEntry, Office, OfficeAlias
from evaltrack.roles import Role
from recommendations import evaluations
from recommendations.choices import DescriptorKind, EvaluationState, ImportState
from recommendations.models import (
    Descriptor,
    Evaluation,
    EvaluationDocument,
    RegisterEntry,
    RegisterImport,
    RegisterRow,
)
from recommendations.register import imports
from recommendations.register.defects import Kind
from tests import factories as make
from tests.recommendations.register import NOW, SITE, brought_in, row, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def head() -> Office:
    return make.office("Head Office")


@pytest.fixture
def unit(head):
    return make.member(Role.EVALUATION_UNIT, head, "Una Unit")


def verdicts(of: RegisterImport) -> dict[str, int]:
    return of.summary["verdicts"]


def defects(of: RegisterImport) -> dict[str, int]:
    return of.summary["defects"]


# The first time -------------------------------------------------------------------------------------------


def test_looking_it_over_changes_nothing():
    of = uploaded(row())
    assert (of.state, verdicts(of)) == (ImportState.READ, {"new": 1})
    assert not Evaluation.objects.exists()
    assert Office.objects.count() == 1


def test_a_row_becomes_an_evaluation(unit, head):
    of = brought_in(row(), by=unit)
    assert of.state == ImportState.DONE
    evaluation = Evaluation.objects.get()
    assert evaluation.reference == "EV-2025-001"
    assert (evaluation.title, evaluation.language) == ("Evaluation of the wells of Norland", "en")
    assert [office.name for office in evaluation.offices.all()] == ["RO for the North"]
    assert [country.code for country in evaluation.countries] == ["KE"]
    assert (evaluation.type, evaluation.timing) == ("project", "final")
    assert (str(evaluation.period_from), str(evaluation.period_to)) == ("2024-01-01", "2024-12-31")
    assert evaluation.state == EvaluationState.PUBLISHED
    assert evaluation.documents.get().address == f"{SITE}/report.pdf"
    texts = set(evaluation.descriptors.values_list("kind", "text"))
    assert {("donor", "Government of Ruritania"), ("theme", "Water"), ("project_code", "WA.0012")} <= texts
    entry = AuditEntry.objects.get(verb="entered")
    assert (entry.actor, entry.changes["register"][1]) == ("Una Unit", "register.csv, 2")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"Date_of_Publication": "1999-04-30", "Year": "1999"}, EvaluationState.CLOSED),
        ({"Date_of_Publication": "", "Year": "1999"}, EvaluationState.CLOSED),
        ({"Date_of_Publication": "", "Year": ""}, EvaluationState.PUBLISHED),
        ({"Date_of_Publication": "", "Year": "0000"}, EvaluationState.PUBLISHED),
        ({"Date_of_Publication": "9999-12-31"}, EvaluationState.PUBLISHED),
        ({}, EvaluationState.PUBLISHED),
        ({"Report_Published": "No"}, EvaluationState.FINAL),
    ],
    ids=str,
)
def test_what_nobody_follows_any_more_is_entered_as_closed(changed, state):
    brought_in(row(**changed))
    assert Evaluation.objects.get().state == state


def test_references_go_on_where_others_ended():
    make.evaluation(reference="EV-2025-041", title="Another")
    brought_in(row(), row(Title="Second", Date_added="later"))
    assert sorted(Evaluation.objects.values_list("reference", flat=True)) == [
        "EV-2025-041", "EV-2025-042", "EV-2025-043",
    ]  # fmt: skip


def test_offices_are_found_by_their_names_and_else_made_below_the_head_office(head):
    north = make.office("Regional Office for the North")
    OfficeAlias.objects.create(office=make.office("Southern Hub"), name="RO South")
    of = uploaded(
        row(), row(Title="B", Regions_Covered="RO South"), row(Title="C", Regions_Covered="RO East")
    )
    assert of.summary["new_offices"] == ["RO East"]
    imports.begin(of, by=None, now=NOW)
    imports.work(now=NOW)
    at = {one.title: [office.name for office in one.offices.all()] for one in Evaluation.objects.all()}
    assert at == {"Evaluation of the wells of Norland": [north.name], "B": ["Southern Hub"], "C": ["RO East"]}
    made = Office.objects.get(name="RO East")
    assert (made.parent, made.kind) == (head, Office.Kind.REGIONAL)


@pytest.mark.parametrize("said", ["Global", ""])
def test_what_is_of_the_whole_is_at_the_head_office(head, said):
    brought_in(row(Regions_Covered=said))
    assert list(Evaluation.objects.get().offices.all()) == [head]


def test_the_same_title_twice_is_taken_twice_and_the_same_row_once():
    of = brought_in(row(), row(Date_added="another day"), row())
    assert Evaluation.objects.count() == 2
    assert defects(of) == {Kind.REPEATED: 1, Kind.SAME_TITLE: 2, Kind.NEW_OFFICE: 2}


def test_addresses_that_are_none_stay_in_the_row():
    brought_in(row(File_URL="ftp://example.org/a.pdf"))
    assert not EvaluationDocument.objects.exists()
    assert RegisterEntry.objects.get().cells["addresses"] == "ftp://example.org/a.pdf"


# Again ----------------------------------------------------------------------------------------------------


def counts() -> list[int]:
    kept = (Evaluation, Descriptor, EvaluationDocument, RegisterEntry, Office)
    return [model.objects.count() for model in kept]


def test_the_same_file_again_changes_nothing():
    brought_in(row(), row(Title="Second"))
    before = counts()
    of = uploaded(row(), row(Title="Second"))
    assert verdicts(of) == {"same": 2}
    written = AuditEntry.objects.count()
    with pytest.raises(Refused, match="Nothing in it is new or changed"):
        imports.begin(of, by=None, now=NOW)
    assert (counts(), AuditEntry.objects.count()) == (before, written)


def test_a_newer_file_updates_and_says_what_changed():
    brought_in(row(), row(Title="Second", File_URL=f"{SITE}/second.pdf"))
    newer = row(Donor="Government of Norland", Date_of_Publication="2025-05-31", Executive_Summary="Yes")
    of = brought_in(newer, row(Title="Second", File_URL=f"{SITE}/second.pdf"))
    assert verdicts(of) == {"changed": 1, "same": 1}
    changes = {
        name: (old, new) for name, old, new in RegisterRow.objects.get(of=of, verdict="changed").changes
    }
    assert changes == {
        "report_date": ("2025-04-30", "2025-05-31"),
        "donor": ("Government of Ruritania", "Government of Norland"),
        "summary": ("", "Yes"),
    }
    evaluation = Evaluation.objects.get(title="Evaluation of the wells of Norland")
    assert str(evaluation.report_date) == "2025-05-31"
    assert evaluation.descriptors.get(kind=DescriptorKind.DONOR).text == "Government of Norland"
    assert AuditEntry.objects.get(verb="updated").changes["donor"] == [
        "Government of Ruritania", "Government of Norland",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "newer",
    [{"Title": "Evaluation of the wells of Norland, final"}, {"Date_added": "corrected"}],
    ids=["another title, the same file", "another date, the same title and file"],
)
def test_a_row_is_known_again_by_its_documents(newer):
    brought_in(row())
    of = brought_in(row(**newer))
    assert verdicts(of) == {"changed": 1}
    assert Evaluation.objects.count() == 1


def test_a_column_that_is_no_longer_there_takes_nothing_away():
    brought_in(row())
    shorter = row(Title="Evaluation of the wells of Norland")
    del shorter["Donor"], shorter["Regions Covered"]
    of = uploaded(shorter)
    assert verdicts(of) == {"same": 1}


def test_what_is_no_longer_in_the_register_stays_and_is_told():
    brought_in(row(), row(Title="Second", File_URL=f"{SITE}/second.pdf"))
    of = uploaded(row())
    second = Evaluation.objects.get(title="Second")
    assert (of.summary["gone"], of.summary["gone_count"]) == ([second.pk], 1)


# What a person changed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "now", "stays", "conflict"),
    [
        ("Ours", "Theirs", "Ours", True),
        ("Ours", "Evaluation of the wells of Norland", "Ours", False),
        ("Theirs", "Theirs", "Theirs", False),
        ("Evaluation of the wells of Norland", "Theirs", "Theirs", False),
    ],
    ids=["both, differently", "only here", "both, the same", "only there"],
)
def test_what_was_changed_here_is_not_overwritten(here, now, stays, conflict):
    brought_in(row())
    evaluations.amend(Evaluation.objects.get(), by=None, title=here)
    of = uploaded(row(Title=now))
    assert (Kind.CONFLICT in defects(of)) == conflict
    if "changed" in verdicts(of):
        imports.begin(of, by=None, now=NOW)
        imports.work(now=NOW)
    assert Evaluation.objects.get().title == stays
    again = uploaded(row(Title=now))
    assert verdicts(again) == {"same": 1}
    assert (Kind.CONFLICT in defects(again)) == conflict


def test_the_registers_word_is_taken_where_one_says_so():
    brought_in(row())
    evaluations.amend(Evaluation.objects.get(), by=None, title="Ours")
    brought_in(row(Title="Theirs"), overrule=True)
    assert Evaluation.objects.get().title == "Theirs"
    assert Kind.CONFLICT not in defects(uploaded(row(Title="Theirs")))


def test_an_evaluation_entered_by_hand_is_filled_in_and_not_entered_twice(head):
    mine = make.evaluation(
        [head], title="Evaluation of the WELLS of Norland.", timing="mid_term", language="fr"
    )
    of = brought_in(row())
    mine.refresh_from_db()
    assert Evaluation.objects.count() == 1
    assert (mine.title, mine.language) == ("Evaluation of the WELLS of Norland.", "fr")
    assert (mine.timing, mine.type, str(mine.report_date)) == ("mid_term", "project", "2025-04-30")
    assert list(mine.offices.all()) == [head]
    assert defects(of)[Kind.CONFLICT] == 1
    assert verdicts(uploaded(row())) == {"same": 1}


# Who, and how far ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EVALUATION_UNIT])
def test_only_the_evaluation_unit_imports(head, role):
    person = make.member(role, head)
    with pytest.raises(PermissionDenied):
        uploaded(row(), by=person)
    of = uploaded(row())
    assert not RegisterImport.objects.visible_to(person).exists()
    for verb in (imports.begin, imports.discard, imports.read_again):
        with pytest.raises(PermissionDenied):
            verb(of, by=person, now=NOW)


def test_the_unit_of_a_part_does_not_import_for_the_whole(head):
    part = make.office("Part", parent=head)
    with pytest.raises(PermissionDenied):
        uploaded(row(), by=make.member(Role.EVALUATION_UNIT, part))


def test_an_evaluation_that_is_not_theirs_is_left_alone(unit):
    elsewhere = make.evaluation([make.office("Elsewhere")], title="Evaluation of the wells of Norland")
    of = uploaded(row(), by=unit)
    assert (verdicts(of), defects(of)[Kind.NOT_YOURS]) == ({"left_out": 1}, 1)
    assert RegisterRow.objects.get().evaluation is None
    elsewhere.refresh_from_db()
    assert elsewhere.type == ""


def test_a_file_that_was_read_before_another_came_in_is_read_again_first(unit):
    first, second = uploaded(row()), uploaded(row(Title="Second"))
    imports.begin(first, by=unit, now=NOW.replace(hour=10))
    with pytest.raises(Refused, match="just being brought in"):
        imports.begin(second, by=unit, now=NOW.replace(hour=11))
    imports.work(now=NOW.replace(hour=12))
    with pytest.raises(Refused, match="since this one was read"):
        imports.begin(second, by=unit, now=NOW.replace(hour=13))
    imports.read_again(second, by=unit, now=NOW.replace(hour=14))
    imports.work(now=NOW.replace(hour=15))
    imports.begin(second, by=unit, now=NOW.replace(hour=16))


def test_a_discarded_one_leaves_nothing_behind(unit):
    of = uploaded(row(), by=unit)
    imports.discard(of, by=unit, now=NOW)
    assert not RegisterRow.objects.exists()
    with pytest.raises(Refused):
        imports.begin(of, by=unit, now=NOW)


@pytest.mark.parametrize("name", ["register.pdf", "register.csv"])
def test_what_is_no_table_is_refused(unit, name):
    given = Upload(io.BytesIO(b"%PDF-1.7 nothing"), name)
    with pytest.raises(Refused):
        imports.upload(given, by=unit, now=NOW, profile=make.profile("plain"))


def test_a_file_that_cannot_be_read_says_why():
    of = uploaded({"Name": "A", "Colour": "B"})
    assert (of.state, "does not look like" in of.refusal) == (ImportState.REFUSED, True)


def test_a_killed_worker_leaves_what_it_did_and_another_goes_on(monkeypatch):
    monkeypatch.setattr(imports, "LOT", 2)
    rows = [row(Title=f"Evaluation {n}", File_URL=f"{SITE}/{n}.pdf") for n in range(5)]
    of = uploaded(*rows)
    imports.begin(of, by=None, now=NOW)
    write, written = imports.Writer.write, []

    def dies(self, planned):
        if written:
            raise KeyboardInterrupt
        written.append(1)
        write(self, planned)

    monkeypatch.setattr(imports.Writer, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        imports.work(now=NOW)
    assert (Evaluation.objects.count(), imports.progress(of)) == (2, (2, 5))
    monkeypatch.setattr(imports.Writer, "write", write)
    assert imports.work(now=NOW) == 0  # its claim is not over yet
    assert imports.work(now=NOW + imports.LEASE * 2) == 1
    of.refresh_from_db()
    assert (of.state, Evaluation.objects.count()) == (ImportState.DONE, 5)


def test_what_kills_worker_after_worker_is_given_up():
    of = uploaded(row())
    imports.begin(of, by=None, now=NOW)
    RegisterImport.objects.update(attempts=imports.ATTEMPTS)
    imports.work(now=NOW)
    of.refresh_from_db()
    assert (of.state, "several times" in of.refusal) == (ImportState.REFUSED, True)


def test_the_number_of_statements_does_not_grow_with_the_rows():
    def asked(number: int, stem: str) -> int:
        rows = [row(Title=f"{stem} {n}", File_URL=f"{SITE}/{stem}{n}.pdf") for n in range(number)]
        newer = [{**one, "Donor": "Another", "Regions Covered": "Global"} for one in rows]
        brought_in(*rows)
        with CaptureQueriesContext(connection) as caught:
            brought_in(*newer)
        return len(caught)

    assert asked(1, "A") == asked(4, "B")
