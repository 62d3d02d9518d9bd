"""A closed round on paper: what it says, and that a reprint is byte for byte the first."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse

from responses import exports
from responses.models import RoundMatrix, Snapshot
from tests.pdfs import assert_accessible, pages
from tests.responses.rounds import NOW, World

pytestmark = pytest.mark.django_db


def said_in(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def closed(profile: str = "iom-matrix", name: str = "Board cut-off") -> World:
    there = World(profile=profile)
    there.clear()
    there.open(name)
    there.report(0, status="open" if profile == "iom-2022" else "initiated")
    there.close()
    return there


def test_it_names_the_round_the_day_and_what_was_not_reported():
    there = closed()
    said = said_in(exports.of_round(there.matrix.snapshot))
    assert "Version 1 · Board cut-off, closed on 3 March 2026" in said
    assert "1 of 3 that were asked about are reported." in said
    assert "1.2, 1.3" in said
    assert said.replace(" ", "").count("notreportedin") == 2


def test_it_is_accessible_and_lasts(shared: Path, tmp_path: Path):
    assert_accessible(shared, tmp_path, {"round": exports.of_round(closed().matrix.snapshot)})


def test_where_the_status_stands_with_the_recommendation_its_round_says_not_reported():
    there = closed("iom-2022", "Time 2")
    said = said_in(exports.of_round(there.matrix.snapshot))
    assert "Implementation monitoring status - discarded/open/completed (Time 2): not reported" in said


def test_the_reprint_is_the_first_print_whatever_changed_since(client, tmp_path: Path, monkeypatch):
    there = closed()
    client.force_login(there.unit)
    address = reverse("snapshot_pdf", args=[there.response.pk, there.matrix.snapshot_id])
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        first = client.get(address)
    assert 'filename="NV-' in first.headers["Content-Disposition"]
    assert "board-cut-off.pdf" in first.headers["Content-Disposition"]
    there.report(1, after=timedelta(days=3))
    monkeypatch.setattr(exports.pdf, "write", lambda *a, **k: b"%PDF-1.7 set otherwise by a later version")
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        client.force_login(there.unit)
        assert client.get(address).content == first.content
        there.evaluation.refresh_from_db()
        out = tmp_path / "round.pdf"
        call_command(
            "export_matrix", there.evaluation.reference, "--format", "pdf", "--snapshot", "Board cut-off",
            "-o", str(out),
        )  # fmt: skip
    assert out.read_bytes() == first.content
    assert there.matrix.printed.sha256


def test_a_print_whose_bytes_are_gone_or_altered_is_made_anew_the_same():
    there = closed()
    first = exports.of_round(there.matrix.snapshot)
    default_storage.delete(there.matrix.printed.content.name)
    assert exports.of_round(Snapshot.objects.get(pk=there.matrix.snapshot_id)) == first
    assert RoundMatrix.objects.filter(printed=None).count() == 0
