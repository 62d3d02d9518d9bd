"""Handing files in and having them read: by a worker, apart, at most three times, and with a sentence when not."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied

from evaltrack import apart
from evaltrack.apart import Fault, UnfinishedError
from evaltrack.errors import Refused
from evaltrack.files import Upload
from evaltrack.models import AuditEntry, StoredFile
from evaltrack.roles import Role
from responses.choices import ImportState
from responses.importing import bringing, kept_columns, reading
from responses.matrix import carried
from responses.matrix.readers import columns
from responses.matrix.reading import Reading
from responses.models import MatrixImport
from tests import factories as make
from tests import files as sample
from tests.responses.importing.handed_in import NOW, There, fresh, json_file
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make.member(Role.ME_OFFICER)


def handed_in(officer, **options) -> MatrixImport:
    return bringing.bring(json_file(harbour()), by=officer, now=NOW, **options)


class TestHandingIn:
    def test_a_file_waits_to_be_read_and_is_kept_as_it_is(self, officer):
        one = handed_in(officer)
        assert (one.state, one.name, one.by) == (ImportState.WAITING, "matrix.json", officer)
        assert one.file.media_type == "text/plain"
        assert AuditEntry.objects.get(verb="uploaded").changes["file"] == ["", one.file.sha256]

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("m.doc", b"old", "save it as DOCX"),
            ("m.XLS", b"old", "save it as XLSX"),
            ("m.odt", sample.open_document(), "save it as DOCX"),
            ("m.png", sample.picture(), "These are read: DOCX"),
            ("m", b"text", "These are read"),
            ("m.docx", sample.pdf(), "holds something else"),
            ("m.docx", b"", "is empty"),
        ],
    )
    def test_what_is_not_read_is_refused_with_advice(self, officer, name, content, sentence):
        with pytest.raises(Refused, match=sentence):
            bringing.bring(Upload(BytesIO(content), name, len(content)), by=officer, now=NOW)
        assert not MatrixImport.objects.exists()

    def test_nothing_and_too_much_are_refused(self, officer):
        for pasted, sentence in (("  \n", "Choose a file"), ("x" * 2_000_001, "too much to paste")):
            with pytest.raises(Refused, match=sentence):
                bringing.bring(None, pasted, by=officer, now=NOW)

    def test_nobody_fills_the_queue(self, officer, monkeypatch):
        monkeypatch.setattr(bringing, "MOST_UNREAD", 1)
        handed_in(officer)
        with pytest.raises(Refused, match="wait to be read"):
            handed_in(officer)

    @pytest.mark.parametrize(
        ("role", "allowed"),
        [(Role.ME_OFFICER, True), (Role.COORDINATOR, True), (Role.READER, False), (Role.ACTION_OWNER, False)],
    )
    def test_into_a_matrix_by_those_who_may_write_any_of_it(self, role, allowed):
        there = There()
        person = make.member(role, there.office)
        if allowed:
            assert handed_in(person, response=there.response).evaluation == there.evaluation
        else:
            with pytest.raises(PermissionDenied):
                handed_in(person, response=there.response)

    def test_into_recommendations_that_nobody_answers_yet_a_response_comes_first(self):
        there = There()
        there.evaluation.responses.all().delete()
        with pytest.raises(Refused, match="Ask for the response first"):
            handed_in(there.officer, evaluation=there.evaluation)


class TestReading:
    def test_what_was_read_waits_for_its_owner(self, officer):
        one = handed_in(officer)
        assert reading.read_next(now=NOW)
        one = fresh(one)
        assert one.state == ImportState.READ, one.refusal
        assert carried.restored(one.draft).matrix == harbour()
        assert not reading.read_next(now=NOW)

    def test_a_refusal_is_a_sentence(self, officer):
        content = b'{"format": "something else"}'
        one = bringing.bring(Upload(BytesIO(content), "m.json", len(content)), by=officer, now=NOW)
        reading.read_next(now=NOW)
        one = fresh(one)
        assert one.state == ImportState.REFUSED
        assert "not a matrix" in one.refusal

    @pytest.mark.parametrize("fault", Fault)
    def test_a_reader_that_is_ended_is_one_as_well(self, officer, monkeypatch, fault):
        def ended(*arguments, **options):
            raise UnfinishedError(fault)

        monkeypatch.setattr(apart, "run", ended)
        one = handed_in(officer)
        reading.read_next(now=NOW)
        assert fresh(one).state == ImportState.REFUSED
        assert fresh(one).refusal.endswith(".")

    def test_a_killed_worker_is_followed_by_another_and_the_third_is_the_last(self, officer, monkeypatch):
        one, later = handed_in(officer), NOW
        monkeypatch.setattr(reading, "_read", lambda one, now: None)  # as if it were killed there
        for attempt in (1, 2, 3):
            assert reading.read_next(now=later)
            assert not reading.read_next(now=later + reading.LEASE - timedelta(seconds=1))
            assert fresh(one).attempts == attempt
            later += reading.LEASE + timedelta(seconds=1)
        monkeypatch.undo()
        assert reading.read_next(now=later)
        assert (fresh(one).state, "3 times" in fresh(one).refusal) == (ImportState.REFUSED, True)

    def test_who_was_too_slow_has_no_say(self, officer, monkeypatch):
        one = handed_in(officer)
        told = {"reading": carried.data(Reading(harbour())), "tables": []}

        def overtaken(*arguments, **options):
            MatrixImport.objects.update(state=ImportState.READING, attempts=2)
            return told

        monkeypatch.setattr(reading, "read_apart", overtaken)
        reading.read_next(now=NOW)
        assert fresh(one).state == ImportState.READING

    def test_what_waits_for_the_scanner_is_not_read_and_what_is_infected_never(self, officer, settings):
        settings.CLAMD_URL = "tcp://127.0.0.1:1"
        one = handed_in(officer)
        assert not reading.read_next(now=NOW)
        StoredFile.objects.update(scan="infected", scan_says="Test.Signature")
        assert reading.read_next(now=NOW)
        assert "Test.Signature" in fresh(one).refusal

    def test_a_file_of_ours_finds_its_way_back(self):
        there = There()
        went_out, token = there.given_out()
        for person, goal in ((there.officer, there.response), (make.member(Role.ME_OFFICER), None)):
            one = handed_in(person)
            told = {"reading": carried.data(Reading(went_out, handout=token)), "tables": []}
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(reading, "read_apart", lambda *arguments, told=told, **options: told)
                reading.read_next(now=NOW)
            assert fresh(one).response == goal


class TestAgain:
    def test_under_another_profile_what_was_mended_goes(self, officer):
        one = handed_in(officer)
        reading.read_next(now=NOW)
        bringing.read_again(one, by=officer, profile="iom-matrix", language="fr")
        one = fresh(one)
        assert (one.state, one.profile, one.language) == (ImportState.WAITING, "iom-matrix", "fr")
        assert (one.draft, one.mended, one.attempts) == (None, {}, 0)

    def test_what_is_discarded_or_anothers_is_not(self, officer):
        one = handed_in(officer)
        with pytest.raises(PermissionDenied):
            bringing.read_again(one, by=make.member(Role.EVALUATION_UNIT))
        bringing.discard(one, by=officer)
        with pytest.raises(Refused, match="was discarded"):
            bringing.read_again(one, by=officer)

    def test_it_can_be_aimed_at_the_evaluation_whose_reference_it_has(self, officer):
        office = make.office()
        there = make.evaluation([office], "plain", reference="SH-2031-04", manager=officer)
        response = make.response(there)
        make.recommendation(there)
        one = handed_in(officer)
        reading.read_next(now=NOW)
        bringing.aim(one, by=officer)
        assert (fresh(one).response, fresh(one).state) == (response, ImportState.WAITING)


class TestColumns:
    """A table whose heads say nothing is read once a person has said what they hold, and by itself the next time."""

    TABLE = (
        "Chose à faire\tQuoi encore\tZz\nDig wells\tSurvey the valley\tMay 2031\nTrain them\tFind a school\tx"
    )

    def pasted(self, officer) -> MatrixImport:
        one = bringing.bring(None, self.TABLE, by=officer, now=NOW)
        reading.read_next(now=NOW)
        return fresh(one)

    def test_it_is_asked_for_and_kept(self, officer):
        one = self.pasted(officer)
        assert one.state == ImportState.COLUMNS, one.refusal
        assert one.tables[0]["heads"] == ["Chose à faire", "Quoi encore", "Zz"]
        fields = ["text", "key_action", "deadline"]
        kept_columns.name(one, {0: fields}, fields=columns.FIELDS, by=officer, now=NOW)
        reading.read_next(now=NOW)
        one = fresh(one)
        assert one.state == ImportState.READ, one.refusal
        first = carried.restored(one.draft).matrix.recommendations[0]
        assert (first.text, first.actions[0].text) == ("Dig wells", "Survey the valley")
        again = self.pasted(officer)
        assert (again.state, again.columns[0]["fields"]) == (ImportState.READ, fields)

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            (["text", "text", ""], "cannot hold the same"),
            (["deadline", "", ""], "Say at least"),
            (["__class__", "", ""], "Say at least"),
            ([], "Say at least"),
        ],
    )
    def test_what_is_no_matrix_is_refused(self, officer, fields, sentence):
        one = self.pasted(officer)
        with pytest.raises(Refused, match=sentence):
            kept_columns.name(one, {0: fields}, fields=columns.FIELDS, by=officer, now=NOW)
        assert fresh(one).state == ImportState.COLUMNS
