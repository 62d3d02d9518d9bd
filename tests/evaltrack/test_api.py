"""What holds for the whole API: one error shape, ETags, pages, rate, tokens, and its own description."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from rest_framework.throttling import UserRateThrottle

from evaltrack.models import AuditEntry
from tests import factories
from tests.api import Program, World, error, session, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> World:
    return world()


@pytest.fixture
def officer(there: World) -> Program:
    return there.program("officer")


# One error shape ------------------------------------------------------------------------------------------


def test_every_error_has_one_shape(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    reader, nobody = there.program("reader"), Program()
    cells = [
        (officer.patch(one, {"title": ""}), (400, "invalid", ["title"])),
        (officer.patch(one, b"{"), (400, "parse_error", [])),
        (officer.patch(one, b'{"title": NaN}'), (400, "parse_error", [])),
        (officer.patch(one, b"\xff"), (400, "parse_error", [])),
        (officer.patch(one, b"[" * 100_000), (400, "parse_error", [])),
        (officer.patch(one, ["title"]), (400, "invalid", [])),
        (officer.patch(one, {"titel": "x"}), (400, "invalid", ["titel"])),
        (officer.patch(one, {"a\ud800": "x"}), (400, "invalid", ["a?"])),
        (officer.patch(one, {"type": "a\ud800"}), (400, "invalid", ["type"])),
        (nobody.get(one), (401, "not_authenticated", [])),
        (Program(token="wrong").get(one), (401, "authentication_failed", [])),
        (reader.patch(one, {"title": "x"}), (403, "permission_denied", [])),
        (officer.get("evaluations/999999/"), (404, "not_found", [])),
        (officer.get("evaluations/99999999999999999999999/"), (404, "not_found", [])),
        (officer.get("evaluations/first/"), (404, "not_found", [])),
        (officer.get("nothing/"), (404, "not_found", [])),
        (officer.get(one[:-1]), (404, "not_found", [])),
        (officer.get("evaluations/?cursor=é"), (404, "not_found", [])),
        (officer.get("evaluations/?cursor=cD1hYmM="), (404, "not_found", [])),  # p=abc
        (officer.send("PUT", one, {}), (405, "method_not_allowed", [])),
        (officer.get(one, Accept="text/html"), (406, "not_acceptable", [])),
        (officer.patch(one, {"reference": "x" * 61}), (400, "invalid", ["reference"])),
        (officer.patch(one, {"title": "x"}, If_Match='"old"'), (412, "precondition_failed", [])),
        (officer.patch(one, {"title": "x"}, If_Match=""), (428, "precondition_required", [])),
    ]
    assert [error(answer) for answer, _wanted in cells] == [wanted for _answer, wanted in cells]


@pytest.mark.parametrize(
    "rows", ["evaluations", "recommendations", "responses", "answers", "actions", "updates"]
)
def test_what_no_key_can_be_is_not_there(there: World, officer: Program, rows: str) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        answer = officer.send(method, f"{rows}/{10**20}/", {}, If_Match="*")
        assert answer.status_code in (404, 405), method


def test_another_content_type_is_refused(officer: Program) -> None:
    answer = Client().post("/api/v1/evaluations/", {"title": "x"}, headers=officer.headers)
    assert error(answer) == (415, "unsupported_media_type", [])


def test_a_request_too_large_is_refused_unread(officer: Program, settings: LazySettings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert error(officer.post("evaluations/", {"title": "x" * 1000})) == (413, "too_large", [])


def test_the_message_says_where_and_what(there: World, officer: Program) -> None:
    sent = {"evaluation": there.evaluation.pk, "text": "x", "timeline": {"text": "soon", "colour": "red"}}
    message = officer.post("recommendations/", sent).json()["error"]["message"]
    assert message == "timeline.colour: There is no such field. There are: text, kind, start, due."


def test_a_sentence_does_not_grow_with_what_was_sent(there: World, officer: Program) -> None:
    answer = officer.patch(f"evaluations/{there.evaluation.pk}/", {"type": "x" * 100_000})
    assert len(answer.content) < 2000


def test_sentences_come_in_the_language_asked_for(there: World) -> None:
    english = Program().get("evaluations/").json()["error"]["message"]
    french = Program(None, **{"Accept-Language": "fr"}).get("evaluations/").json()["error"]["message"]
    assert english != french


# ETags ----------------------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_sent_again(there: World, officer: Program) -> None:
    for path in ("evaluations/", f"evaluations/{there.evaluation.pk}/"):
        first = officer.get(path)
        again = officer.get(path, If_None_Match=first["ETag"])
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert officer.get(path, If_None_Match=f'"other", W/{first["ETag"]}').status_code == 304
        assert officer.get(path, If_None_Match='"other"').status_code == 200
    officer.patch(f"evaluations/{there.evaluation.pk}/", {"title": "Another"})
    for path in ("evaluations/", f"evaluations/{there.evaluation.pk}/"):
        assert officer.get(path, If_None_Match=first["ETag"]).status_code == 200


def test_an_answer_is_for_one_person_and_asked_for_again_each_time(officer: Program) -> None:
    assert set(officer.get("evaluations/")["Cache-Control"].split(", ")) == {"private", "no-cache"}


def test_each_change_answers_with_the_tag_for_the_next(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    tag = officer.get(one)["ETag"]
    for title in ("First", "Second", "Third"):
        changed = officer.patch(one, {"title": title}, If_Match=tag)
        assert changed.status_code == 200
        assert changed["ETag"] != tag
        tag = changed["ETag"]
    made = officer.post("recommendations/", {"evaluation": there.evaluation.pk, "text": "Buy radios."})
    gone = officer.delete(f"recommendations/{made.json()['id']}/", If_Match=made["ETag"])
    assert gone.status_code == 204


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_a_change_needs_the_tag_of_what_is_there_now(there: World, officer: Program, method: str) -> None:
    one = f"recommendations/{there.recommendation.pk}/"
    stale = officer.get(one)["ETag"]
    officer.patch(one, {"rationale": "Two accidents."})
    now = officer.get(one)["ETag"]
    data = [{"text": "x"}] if method == "patch" else []

    def status(tag: str) -> int:
        return getattr(officer, method)(one, *data, If_Match=tag).status_code

    assert [status(tag) for tag in ("", stale, "nonsense", f"{stale}, {now}")] == [
        428,
        412,
        412,
        200 if method == "patch" else 204,
    ]


def test_a_star_takes_whatever_is_there(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    assert officer.patch(one, {"title": "x"}, If_Match="*").status_code == 200


def test_what_belongs_to_a_record_is_part_of_its_tag(there: World, officer: Program) -> None:
    one = f"actions/{there.action.pk}/"
    tag = officer.get(one)["ETag"]
    there.program("owner").post("updates/", {"action": there.action.pk, "comment": "Half of it."})
    assert error(officer.patch(one, {"text": "x"}, If_Match=tag)) == (412, "precondition_failed", [])


def test_a_tag_read_compressed_is_good_for_a_change(there: World, officer: Program) -> None:
    one = f"evaluations/{there.evaluation.pk}/"
    read = officer.get(one, Accept_Encoding="gzip")
    assert read["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(read.content))["id"] == there.evaluation.pk
    assert read["ETag"].startswith("W/")
    assert officer.patch(one, {"title": "x"}, If_Match=read["ETag"]).status_code == 200


def test_what_may_not_be_known_of_asks_for_no_tag(there: World) -> None:
    stranger = there.program("stranger")
    assert error(stranger.patch(f"evaluations/{there.evaluation.pk}/", {}, If_Match="")) == (
        404,
        "not_found",
        [],
    )


# Pages and rate -------------------------------------------------------------------------------------------


def test_a_list_comes_in_pages_that_follow_each_other(there: World, officer: Program) -> None:
    for _ in range(6):
        factories.recommendation(there.evaluation)
    wanted = [one.pk for one in there.evaluation.recommendations.order_by("pk")]
    seen, path = [], "recommendations/?limit=3"
    for _ in range(3):
        page = officer.get(path).json()
        assert page.keys() == {"next", "previous", "results"}
        seen.append([row["id"] for row in page["results"]])
        factories.recommendation(there.evaluation)  # what is added meanwhile shifts nothing
        path = (page["next"] or "").removeprefix("http://testserver")
    assert seen == [wanted[:3], wanted[3:6], [*wanted[6:], wanted[-1] + 1, wanted[-1] + 2]]
    back = officer.get(page["previous"].removeprefix("http://testserver")).json()
    assert [row["id"] for row in back["results"]] == wanted[3:6]


def test_a_page_has_50_rows_unless_asked_and_200_at_most(there: World, officer: Program) -> None:
    for _ in range(60):
        factories.recommendation(there.evaluation)
    assert [len(officer.rows(f"recommendations/{query}")) for query in ("", "?limit=1", "?limit=200")] == [
        50,
        1,
        61,
    ]
    assert error(officer.get("recommendations/?limit=201")) == (400, "invalid", ["limit"])


def test_each_person_has_a_rate_and_is_told_when_to_go_on(
    there: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "3/min"})
    officer, reader = there.program("officer"), there.program("reader")
    with time_machine.travel("2026-03-02 09:00:00Z", tick=False) as clock:
        assert [officer.get("evaluations/").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = officer.get("evaluations/")
        assert error(refused) == (429, "throttled", [])
        assert refused["Retry-After"] == "60"
        assert reader.get("evaluations/").status_code == 200
        clock.shift(timedelta(seconds=61))
        assert officer.get("evaluations/").status_code == 200


# Signing in -----------------------------------------------------------------------------------------------


def test_a_browser_reads_with_its_session_and_changes_only_with_a_csrf_token(there: World) -> None:
    browser = session(there.people["officer"], enforce_csrf_checks=True)
    path = f"/api/v1/evaluations/{there.evaluation.pk}/"
    read = browser.get(path)
    assert read.status_code == 200
    send = {"If-Match": read["ETag"], "Content-Type": "application/json"}
    assert error(browser.patch(path, b"{}", "application/json", headers=send)) == (
        403,
        "permission_denied",
        [],
    )
    browser.get(reverse("tokens"))
    with_token = {**send, "X-CSRFToken": browser.cookies["csrftoken"].value}
    assert browser.patch(path, b"{}", "application/json", headers=with_token).status_code == 200


def test_without_a_token_the_answer_says_how_to_sign_in() -> None:
    assert Program().get("evaluations/")["WWW-Authenticate"] == "Token"


def test_one_request_is_one_click_in_the_history(there: World, officer: Program) -> None:
    before = AuditEntry.objects.order_by("pk").last()
    officer.patch(
        f"actions/{there.action.pk}/",
        {"text": "Buy radios.", "deadline": {"text": "2027"}, "responsible": {"text": "x"}},
    )
    entries = AuditEntry.objects.filter(pk__gt=before.pk if before else 0)
    assert len(entries) == 3
    assert {entry.actor for entry in entries} == {"Olga Officer"}
    assert len({entry.click for entry in entries}) == 1


# Its description ------------------------------------------------------------------------------------------


def test_the_description_is_valid_and_complete(tmp_path: Any, capfd: pytest.CaptureFixture[str]) -> None:
    call_command(
        "spectacular",
        "--fail-on-warn",
        "--validate",
        "--api-version",
        "v1",
        "--file",
        str(tmp_path / "schema.yaml"),
    )
    assert "Warning" not in capfd.readouterr().err


def test_the_description_is_served_to_anyone(client: Client) -> None:
    answer = client.get("/api/v1/schema/")
    assert answer.status_code == 200
    schema = json.loads(answer.content)
    assert schema["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in schema["paths"]} == {
        "evaluations", "recommendations", "responses", "answers", "actions", "updates",
        "closures", "deadline-changes", "evidence", "rounds", "checks",
    }  # fmt: skip
    for item in schema["paths"].values():
        for method, operation in item.items():
            assert {"401", "429"} <= operation["responses"].keys()
            headers = {
                one["name"]: one.get("required")
                for one in operation.get("parameters", [])
                if one["in"] == "header"
            }
            assert headers.get("If-Match") is (True if method in ("patch", "delete") else None)


def test_the_page_about_the_api_names_every_operation(client: Client, there: World) -> None:
    shown = client.get(reverse("api"))
    assert shown.status_code == 200
    text = shown.content.decode()
    schema = client.get("/api/v1/schema/").json()
    for path, item in schema["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}" in text
    for host in ("//cdn", "https://", "http://"):
        assert host not in text.replace("http://127.0.0.1:8000", "")
