"""``import_matrix`` and ``export_matrix`` as a script sees them: exit status, last line, and one line of reason."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from responses.matrix.writers import json as writer
from tests import services
from tests.responses.matrix.matrices import harbour

pytestmark = [pytest.mark.services, pytest.mark.own_database]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an EvalTrack of its own."""
    return services.installed(tmp_path_factory.mktemp("data"))


def manage(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=services.environment(EVALTRACK_DATA_DIR=str(folder)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_exit_status_and_last_line(installed: Path, tmp_path: Path):
    file, out = tmp_path / "harbour.json", tmp_path / "out.json"
    file.write_bytes(writer.write(harbour()))
    reading = manage(installed, "import_matrix", file)
    assert (reading.returncode, reading.stderr) == (0, "")
    importing = manage(installed, "import_matrix", file, "--commit")
    assert (importing.returncode, importing.stderr) == (0, "")
    assert importing.stdout.splitlines()[-1] == "SH-2031-04"
    exporting = manage(installed, "export_matrix", "SH-2031-04", "--format", "json", "-o", out)
    assert (exporting.returncode, exporting.stdout, exporting.stderr) == (0, "", "")
    assert out.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("import_matrix", "nothing.json"), "nothing.json cannot be used: No such file or directory"),
        (
            ("import_matrix", "manage.py", "--commit"),
            "No recommendation was found in the file. Is it a management response? A table with other columns can"
            " be brought in by naming its columns.",
        ),
        (
            ("export_matrix", "SH-0", "--format", "json", "-o", "out.json"),
            "There is no evaluation with the reference SH-0.",
        ),
    ],
)
def test_exit_status_and_reason(installed: Path, arguments: tuple[str, ...], reason: str):
    done = manage(installed, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"CommandError: {reason}\n")
