"""The files that deployments start from agree with the settings and with each other."""

import re

import pytest
import yaml

from tests.services import ROOT

READ = re.compile(r'env\.\w+\(\s*"([A-Z_]+)"')
LISTED = re.compile(r"^#?([A-Z_]+)=", re.MULTILINE)
# What the compose file alone, or the web server itself, takes from the environment.
NOT_SETTINGS = {"POSTGRES_PASSWORD", "EVALTRACK_PUBLISH", "EVALTRACK_PUBLISH_INBOUND", "WEB_CONCURRENCY"}


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_example_lists_every_variable_with_a_line_before_it() -> None:
    example = (ROOT / ".env.example").read_text()
    assert set(LISTED.findall(example)) == set(READ.findall((ROOT / "evaltrack/settings.py").read_text())) | (
        NOT_SETTINGS
    )
    lines = example.splitlines()
    for number, line in enumerate(lines):
        if LISTED.match(line):
            assert lines[number - 1].startswith("# ") or lines[number - 2].startswith("# "), line


def test_every_service_says_whether_it_is_healthy(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    in_the_image = "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    without = [
        name
        for name, service in compose["services"].items()
        if "healthcheck" not in service and not (in_the_image and "build" in service)
    ]
    assert without == []


def test_every_volume_has_a_name(compose: dict[str, dict[str, dict[str, object]]]) -> None:
    used = {
        str(volume).split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])  # type: ignore[attr-defined]
    }
    assert used == set(compose["volumes"])


def test_no_secret_stands_in_the_compose_file() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("EVALTRACK_SECRET_KEY", "POSTGRES_PASSWORD"):
        given = re.findall(rf"\$\{{{secret}:(..)", text)
        assert given
        assert all(start.startswith("?") for start in given), f"{secret} must be asked for, not defaulted"


def test_the_image_does_not_run_as_root() -> None:
    instructions = (ROOT / "Dockerfile").read_text().splitlines()
    assert instructions.index("USER evaltrack") < next(
        number for number, line in enumerate(instructions) if line.startswith("CMD")
    )


def test_the_image_has_what_runs_everywhere_and_the_store_on_s3() -> None:
    def pinned(name: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))

    more = {pin.split("==")[0] for pin in pinned("production.lock") - pinned("runtime.lock")}
    assert pinned("runtime.lock") <= pinned("production.lock") <= pinned("dev.lock")
    assert {"boto3", "django-storages"} <= more
    assert "production.lock" in (ROOT / "Dockerfile").read_text()
