"""The pages of files on their way in: handing in, how far it is, looking over, taking over, and who sees what."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaltrack.documents.content import Place
from evaltrack.models import User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import answers
from responses.choices import ImportState
from responses.importing import reading
from responses.matrix.document import Action, Recommendation, Response
from responses.matrix.reading import Doubt, LeftOut, Source
from responses.matrix.writers import json as writer
from responses.models import MatrixImport
from tests import factories as make
from tests.responses.importing.handed_in import NOW, There, changed, commit, fresh, read_import
from tests.responses.matrix.matrices import harbour

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> User:
    return make.member(Role.ME_OFFICER)


def upload(client: Client, query: str = "", **data):
    return client.post(f"{reverse('import_new')}{query}", data)


def json_upload(name: str = "matrix.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, writer.write(harbour()))


class TestHandingIn:
    def test_from_the_file_to_the_evaluation(self, officer):
        client = client_of(officer)
        assert reverse("import_new") in client.get(reverse("evaluations")).content.decode()
        answer = upload(client, file=json_upload())
        one = MatrixImport.objects.get()
        assert (answer.status_code, answer.url) == (302, reverse("import", args=[one.pk]))
        waiting = client.get(answer.url).content.decode()
        assert "Look again" in waiting
        assert "Notifications, none unread" in waiting
        assert reading.read_next(now=NOW)
        review = client.get(answer.url, follow=True)
        assert review.redirect_chain[-1][0] == reverse("import_review", args=[one.pk])
        page = review.content.decode()
        assert "Light the *outer* quay" in page
        seen = review.context["seen"]
        client.post(reverse("import_commit", args=[one.pk]), {"do": "commit", "seen": seen})
        assert Evaluation.objects.get().reference == "SH-2031-04"
        assert client.get(reverse("import", args=[one.pk])).context["may_undo"]

    def test_the_page_asks_until_it_is_read(self, officer):
        client = client_of(officer)
        upload(client, file=json_upload())
        url = reverse("import", args=[MatrixImport.objects.get().pk])
        asking = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "progress"}
        assert "<html" not in client.get(url, **asking).content.decode()
        MatrixImport.objects.update(state=ImportState.REFUSED, refusal="It is a picture.")
        assert client.get(url, **asking).headers["HX-Refresh"] == "true"
        assert "It is a picture." in client.get(url).content.decode()

    def test_why_a_file_is_not_taken_stands_at_its_field(self, officer):
        answer = upload(client_of(officer), file=SimpleUploadedFile("m.doc", b"old"))
        assert answer.status_code == 422
        assert "save it as DOCX" in answer.content.decode()

    def test_who_enters_nothing_is_told_where_to_bring_it(self):
        there = There()
        owner = make.member(Role.ACTION_OWNER, there.office)
        assert client_of(owner).get(reverse("import_new")).status_code == 403

    @pytest.mark.parametrize("query", ["?response={}", "?evaluation={}"])
    def test_what_one_does_not_see_is_not_there(self, officer, query):
        there = There()
        pk = there.response.pk if "response" in query else there.evaluation.pk
        assert client_of(officer).get(reverse("import_new") + query.format(pk)).status_code == 404
        assert client_of(there.officer).get(reverse("import_new") + query.format(pk)).status_code == 200


class TestWhoSeesWhat:
    def test_anothers_import_is_not_there_until_it_is_taken_over(self):
        there = There()
        one = there.import_of(changed(there.matrix, rationale="They ran dry."))
        colleague = client_of(make.member(Role.COORDINATOR, there.office))
        paths = ["import", "import_review", "import_file"]
        assert {colleague.get(reverse(name, args=[one.pk])).status_code for name in paths} == {404}
        posts = [
            "import_mend",
            "import_commit",
            "import_discard",
            "import_again",
            "import_aim",
            "import_undo",
        ]
        assert {colleague.post(reverse(name, args=[one.pk])).status_code for name in posts} == {404}
        commit(one, there.officer)
        assert colleague.get(reverse("import", args=[one.pk])).status_code == 200
        assert {colleague.post(reverse(name, args=[one.pk])).status_code for name in posts} == {403}

    def test_the_file_is_for_those_who_work_on_the_matrix(self):
        there = There()
        client = client_of(there.officer)
        content = writer.write(changed(there.matrix, rationale="They ran dry."))
        upload(client, f"?response={there.response.pk}", file=SimpleUploadedFile("<b>é.json", content))
        one = MatrixImport.objects.get()
        reading.read_next(now=NOW)
        commit(one, there.officer)
        url = reverse("import_file", args=[one.pk])
        sent = client.get(url)
        assert b"".join(sent.streaming_content) == content
        assert sent.headers["Content-Disposition"].startswith("attachment")
        reader = client_of(make.member(Role.READER, there.office))
        assert reader.get(url).status_code == 403
        listed = reverse("imports", args=[there.evaluation.pk])
        page = reader.get(listed).content.decode()
        assert ("&lt;b&gt;é.json" in page, url in page, "<b>é" in page) == (True, False, False)
        assert url in client.get(listed).content.decode()

    @pytest.mark.parametrize("more", [1, 3])
    def test_the_list_asks_the_same_however_long_it_is(self, more, django_assert_num_queries):
        there = There()
        for number in range(more):
            MatrixImport.objects.create(
                evaluation=there.evaluation,
                response=there.response,
                name=f"{number}.docx",
                by=there.officer,
                at=NOW,
                settled_at=NOW,
                state=ImportState.COMMITTED,
            )
        client = client_of(there.officer)
        with django_assert_num_queries(11):
            client.get(reverse("imports", args=[there.evaluation.pk]))


class TestLookingOver:
    def test_a_value_stands_beside_its_source_and_doubts_come_first(self, officer):
        path = "recommendations[0].response.decision"
        one = read_import(
            harbour(),
            officer,
            sources={path: Source(Place(page=3, table=2), "Fully agreed & more")},
            doubts=(Doubt(path, "Read from the first sentence."),),
            left_out=(LeftOut("Please fill in", Place(page=4), "guidance of the form"),),
        )
        page = client_of(officer).get(reverse("import_review", args=[one.pk])).content.decode()
        assert "page 3, table 2" in page
        assert "Fully agreed &amp; more" in page
        assert page.index("Read from the first sentence.") < page.index("Keep the changes")
        assert 'href="?open=0#at-recommendations-0-response-decision"' in page
        assert "guidance of the form" in page

    def test_what_is_typed_is_kept_and_what_cannot_be_comes_back_with_why(self, officer):
        one = read_import(harbour(), officer)
        url, client = reverse("import_mend", args=[one.pk]), client_of(officer)
        data = {"layout": 0, "do": "save", "block": "recommendations[0]"}
        answer = client.post(url, data | {"v:recommendations[0].text": "Light it."})
        assert (answer.status_code, "open=0" in answer.url) == (302, True)
        assert fresh(one).draft["matrix"]["recommendations"][0]["text"] == "Light it."
        answer = client.post(url, data | {"v:recommendations[0].text": "", "v:coordinator": "<Port>"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "cannot be blank" in page
        assert "&lt;Port&gt;" in page

    def test_rows_are_changed_with_what_was_typed(self, officer):
        one = read_import(harbour(), officer)
        url, client = reverse("import_mend", args=[one.pk]), client_of(officer)
        data = {"layout": 0, "block": "recommendations[0]", "v:recommendations[0].text": "Light it."}
        client.post(url, data | {"do": "remove recommendations[0].actions[0]"})
        first = fresh(one).draft["matrix"]["recommendations"][0]
        assert (first["text"], len(first["actions"])) == ("Light it.", 1)
        client.post(url, data | {"do": "remove recommendations[0].actions[0]"})  # of the page before
        assert len(fresh(one).draft["matrix"]["recommendations"][0]["actions"]) == 1

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"layout": "x", "do": "remove"},
            {"layout": 0, "do": "take 99", "number": "1", "into": "text"},
            {"layout": 0, "do": "take 0", "number": "1", "into": "actions"},
            {"layout": 0, "do": "doubt x"},
            {"layout": 0, "do": "add recommendations[99999999999]"},
            {"layout": 0, "v:../../etc/passwd": "x"},
            {"layout": 0, "v:recommendations[-1].text": "x"},
        ],
    )
    def test_what_no_page_of_ours_sends_breaks_nothing(self, officer, data):
        one = read_import(harbour(), officer)
        answer = client_of(officer).post(reverse("import_mend", args=[one.pk]), data, follow=True)
        assert answer.status_code in (200, 422)
        assert fresh(one).draft == one.draft or data.get("layout") == 0

    def test_a_long_file_comes_closed_and_light(self, officer):
        row = Recommendation(
            "1",
            "Light the quay. " * 30,
            actions=tuple(Action(f"1.{n}", "Buy lamps " * 20) for n in range(20)),
        )
        long = replace(harbour(), recommendations=tuple(replace(row, number=str(n)) for n in range(1, 51)))
        one = read_import(long, officer)
        client, url = client_of(officer), reverse("import_review", args=[one.pk])
        assert len(client.get(url).content) < 150_000
        assert client.get(f"{url}?open=7").content.decode().count("<fieldset") == 20


class TestDifferences:
    def conflict(self) -> tuple[There, MatrixImport, Client]:
        there = There()
        went_out, token = there.given_out()
        theirs = changed(went_out, response=Response("accepted", "We agree in part."), rationale="Dry.")
        answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)
        return there, there.import_of(theirs, token), client_of(there.officer)

    def test_a_conflict_is_shown_with_its_three_texts_and_nothing_chosen(self):
        _there, one, client = self.conflict()
        answer = client.get(reverse("import_review", args=[one.pk]))
        page = answer.content.decode()
        assert ("Conflict" in page, "As it was given out" in page) == (True, True)
        assert "We agree with it." in page
        assert page.count("checked") == 1  # of what only the file changed
        assert answer.context["differing"].undecided == 1

    def test_it_is_taken_over_once_it_was_decided(self):
        there, one, client = self.conflict()
        url = reverse("import_review", args=[one.pk])
        commit_url = reverse("import_commit", args=[one.pk])
        page = client.get(url)
        seen = page.context["differing"].seen
        told = client.post(commit_url, {"do": "commit", "seen": seen}, follow=True).content.decode()
        assert "1 difference is to be decided" in told
        line = page.context["blocks"][0].lines[1]
        answer = client.post(commit_url, {"do": "commit", "seen": seen, line.name: "theirs"})
        assert answer.url == reverse("matrix", args=[there.response.pk])
        there.answer.refresh_from_db()
        assert there.answer.narrative == "We agree in part."
        assert client.post(commit_url, {"do": "commit", "seen": seen}, follow=True).status_code == 200

    @pytest.mark.parametrize(
        ("said", "undecided", "taken"), [("theirs-clear", 1, 1), ("theirs-all", 0, 2), ("ours-all", 0, 0)]
    )
    def test_all_at_once(self, said, undecided, taken):
        _there, one, client = self.conflict()
        url = reverse("import_review", args=[one.pk])
        seen = client.get(url).context["differing"].seen
        client.post(reverse("import_commit", args=[one.pk]), {"do": said, "seen": seen})
        differing = client.get(url).context["differing"]
        assert (differing.undecided, differing.taken) == (undecided, taken)

    @pytest.mark.parametrize("more", [1, 3])
    def test_the_page_asks_the_same_however_much_differs(self, more, django_assert_num_queries):
        there = There()
        went_out, token = there.given_out()
        first = went_out.recommendations[0]
        added = tuple(Action(f"1.{n + 3}", f"Another thing, number {n}") for n in range(more))
        one = there.import_of(changed(went_out, actions=(*first.actions, *added)), token)
        client = client_of(there.officer)
        with django_assert_num_queries(22):
            client.get(reverse("import_review", args=[one.pk]))


def test_taking_back_and_discarding_from_the_page():
    there = There()
    before = there.matrix
    one = there.import_of(changed(before, rationale="They ran dry."))
    commit(one, there.officer)
    client = client_of(there.officer)
    client.post(reverse("import_undo", args=[one.pk]))
    assert there.matrix == before
    other = there.import_of(before)
    client.post(reverse("import_discard", args=[other.pk]))
    assert fresh(other).state == ImportState.DISCARDED
    assert client.get(reverse("import", args=[other.pk])).status_code == 200
