"""Rule profiles: an organisation's vocabularies, terms and layout, as data.

A profile is written in TOML (``profile_data/``), kept in the database by version, and read into a frozen
:class:`Profile`. Nothing in the code asks which organisation it is.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext as _

from evaltrack.roles import Role
from evaltrack.schemas import fault, shown, too_deep
from recommendations.choices import Check, ClearingOffice, CommonStatus, Decision, Layout, StatusLevel
from recommendations.profile_schema import DEFAULTS, LABELS, SCHEMA

Labels = Mapping[str, str]  # language code -> words


class ProfileError(Exception):
    """What is wrong with a rule profile: one sentence that begins with the path of the fault."""


def in_language(labels: Labels, language: str) -> str:
    """The words in ``language`` (its base language counts), else in English, else any."""
    for tag in (language, language.partition("-")[0], "en"):
        if tag in labels:
            return labels[tag]
    return next(iter(labels.values()))


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """One entry of the acceptance list."""

    code: Decision
    labels: Labels
    needs_reason: bool
    allows_actions: bool


@dataclass(frozen=True, slots=True)
class Priority:
    """One step of the priority scale; ``level`` is what the matrix prints."""

    level: int
    labels: Labels


@dataclass(frozen=True, slots=True)
class Status:
    """One implementation status in the organisation's words, and the common status it counts as."""

    code: str
    labels: Labels
    common: CommonStatus


@dataclass(frozen=True, slots=True)
class Round:
    """A follow-up at a set time, ``months`` after publication.

    ``status_labels`` and ``comment_labels`` are the words over its two fields, where the layout keeps the
    status per recommendation.
    """

    name: str
    labels: Labels
    months: int
    status_labels: Labels
    comment_labels: Labels


@dataclass(frozen=True, slots=True)
class Term:
    """How long management has to answer; ``unit`` is days, working_days, weeks or months."""

    length: int
    unit: str


@dataclass(frozen=True, slots=True)
class ReminderPlan:
    """Days before the due day (0 is the day itself) and after it, then every ``repeat_months`` months.

    What has no due day is asked about every ``check_every_months`` months.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    repeat_months: int
    check_every_months: int


@dataclass(frozen=True, slots=True)
class ClearanceRule:
    """One step of the clearance chain: a role at an office, and what the organisation calls the step."""

    role: Role
    office: ClearingOffice
    labels: Labels


@dataclass(frozen=True, slots=True)
class ResponseReminderPlan:
    """Days before the response is due and after it was, then every ``repeat_months`` months."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    repeat_months: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Days after the deadline at which the head of the lead's office, then the evaluation unit, is told.

    0 is never.
    """

    head_after: int
    unit_after: int


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """Evidence is required with these common statuses, where the recommendation has one of the priorities.

    Without priorities it is required whatever the priority is; without statuses never.
    """

    statuses: tuple[CommonStatus, ...]
    priorities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Approvals:
    """The role, at the responding office or above it, that approves each; "" where nobody need do so."""

    postponing: str
    dropping: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list of the organisation's own."""

    code: str
    labels: Labels


@dataclass(frozen=True, slots=True)
class Grade:
    """How far something is implemented, for who checks it; ``common`` is the status it counts as."""

    code: str
    labels: Labels
    common: CommonStatus


@dataclass(frozen=True, slots=True)
class Verification:
    """The scales of the independent check."""

    implementation: tuple[Grade, ...]
    alignment: tuple[Choice, ...]
    timeliness: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    slug: str
    version: int
    titles: Labels
    layout: Layout
    status_level: StatusLevel
    decisions: tuple[DecisionRule, ...]
    priorities: tuple[Priority, ...]
    statuses: tuple[Status, ...]
    rounds: tuple[Round, ...]
    response_term: Term
    reminders: ReminderPlan
    clearance: tuple[ClearanceRule, ...]
    mandatory_checks: tuple[Check, ...]
    response_reminders: ResponseReminderPlan
    tracking_months: int  # after the report: later, nobody asks any more
    escalation: Escalation
    round_weeks: int  # for how long a round is open
    evidence: EvidenceRule
    approvals: Approvals
    drop_reasons: tuple[Choice, ...]  # why something is closed without being done
    verification: Verification
    labels: Mapping[str, Labels]

    def label(self, key: str, language: str) -> str:
        """The words this organisation prints for ``key`` (see the ``[labels]`` table of any profile)."""
        return in_language(self.labels[key], language)

    def decision(self, code: str) -> DecisionRule | None:
        return next((rule for rule in self.decisions if rule.code == code), None)

    def status(self, code: str) -> Status | None:
        return next((status for status in self.statuses if status.code == code), None)

    def common(self, status: str) -> str:
        """The common status that a status of this profile counts as; "" for one it does not know."""
        found = self.status(status)
        return found.common.value if found else ""

    def drop_reason(self, code: str) -> Choice | None:
        return next((reason for reason in self.drop_reasons if reason.code == code), None)

    def priority(self, level: int) -> Priority | None:
        return next((step for step in self.priorities if step.level == level), None)

    def round(self, name: str) -> Round | None:
        return next((round_ for round_ in self.rounds if round_.name == name), None)

    def priority_scale(self, language: str) -> str:
        """The scale in words, as "1 high priority, 2 medium priority"; empty where there is none."""
        template = self.label("priority_step", language)
        return ", ".join(
            template.format(level=step.level, label=in_language(step.labels, language))
            for step in self.priorities
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data of JSON's types, of which :func:`from_dict` makes an equal profile."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return data


def shipped() -> dict[str, dict[str, Any]]:
    """The profiles that come with the product, as plain data by slug."""
    return {profile.slug: profile.to_dict() for profile in read_shipped()}


@cache
def read_shipped() -> tuple[Profile, ...]:
    """The profiles that come with the product, by slug: read once."""
    folder = files("recommendations") / "profile_data"
    texts = (file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(sorted((parse(text) for text in texts), key=lambda profile: profile.slug))


@lru_cache(maxsize=64)
def from_json(text: str) -> Profile:
    """As :func:`from_dict`; the few that an organisation has are checked once, not for every page."""
    return from_dict(json.loads(text))


def parse(toml_text: str) -> Profile:
    """The profile written in ``toml_text``; raises :class:`ProfileError`."""
    try:
        data = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(_("This is not TOML: %(fault)s") % {"fault": error}) from error
    except RecursionError as error:
        raise ProfileError(too_deep()) from error
    return from_dict(data)


def from_dict(data: object) -> Profile:
    """The profile that ``data`` describes, in the shape of the TOML files; raises :class:`ProfileError`."""
    if sentence := fault(data, SCHEMA):
        raise ProfileError(sentence)
    assert isinstance(data, dict)  # noqa: S101 - for mypy; the schema has just said so
    for sentence in _contradictions(data):
        raise ProfileError(sentence)
    data = DEFAULTS | data
    return Profile(
        slug=data["slug"],
        version=int(data["version"]),
        titles=data["titles"],
        layout=Layout(data["layout"]),
        status_level=StatusLevel(data["status_level"]),
        decisions=tuple(
            DecisionRule(**{**rule, "code": Decision(rule["code"])}) for rule in data["decisions"]
        ),
        priorities=tuple(Priority(int(step["level"]), step["labels"]) for step in data["priorities"]),
        statuses=tuple(
            Status(**{**status, "common": CommonStatus(status["common"])}) for status in data["statuses"]
        ),
        rounds=tuple(Round(**{**round_, "months": int(round_["months"])}) for round_ in data["rounds"]),
        response_term=Term(int(data["response_term"]["length"]), data["response_term"]["unit"]),
        reminders=_reminders(data["reminders"]),
        clearance=tuple(
            ClearanceRule(Role(step["role"]), ClearingOffice(step["office"]), step["labels"])
            for step in data["clearance"]
        ),
        mandatory_checks=tuple(map(Check, data["mandatory_checks"])),
        response_reminders=_response_reminders(data["response_reminders"]),
        tracking_months=int(data["tracking_months"]),
        escalation=Escalation(**{key: int(days) for key, days in data["escalation"].items()}),
        round_weeks=int(data["round_weeks"]),
        evidence=EvidenceRule(
            tuple(map(CommonStatus, data["evidence"]["statuses"])),
            tuple(map(int, data["evidence"]["priorities"])),
        ),
        approvals=Approvals(**data["approvals"]),
        drop_reasons=tuple(Choice(**reason) for reason in data["drop_reasons"]),
        verification=_verification(data["verification"]),
        labels=data["labels"],
    )


def _reminders(data: Mapping[str, Any]) -> ReminderPlan:
    return ReminderPlan(
        before=tuple(map(int, data["before"])),
        after=tuple(map(int, data["after"])),
        repeat_months=int(data["repeat_months"]),
        check_every_months=int(data["check_every_months"]),
    )


def _response_reminders(data: Mapping[str, Any]) -> ResponseReminderPlan:
    return ResponseReminderPlan(
        before=tuple(map(int, data["before"])),
        after=tuple(map(int, data["after"])),
        repeat_months=int(data["repeat_months"]),
    )


def _verification(data: Mapping[str, Any]) -> Verification:
    return Verification(
        implementation=tuple(
            Grade(**{**grade, "common": CommonStatus(grade["common"])}) for grade in data["implementation"]
        ),
        alignment=tuple(Choice(**grade) for grade in data["alignment"]),
        timeliness=tuple(Choice(**grade) for grade in data["timeliness"]),
    )


def _contradictions(data: dict[str, Any]) -> Iterator[str]:
    """What a schema cannot say."""
    data = DEFAULTS | data
    keys = {
        "decisions": "code",
        "priorities": "level",
        "statuses": "code",
        "rounds": "name",
        "drop_reasons": "code",
    }
    for table, key in keys.items():
        yield from _repeated(table, key, (entry[key] for entry in data[table]))
    for scale, grades in data["verification"].items():
        yield from _repeated(f"verification.{scale}", "code", (grade["code"] for grade in grades))
    if data["status_level"] == StatusLevel.RECOMMENDATION and not data["rounds"]:
        yield _("rounds is empty, but a status per recommendation is kept by round; name at least one")
    for key, labels in data["labels"].items():
        for language, words in labels.items():
            yield from _wrong_places(f"labels.{key}.{language}", words, LABELS[key])


def _repeated(table: str, key: str, values: Iterable[object]) -> Iterator[str]:
    seen: list[object] = []
    for index, value in enumerate(values):
        if value in seen:
            yield _("%(path)s: %(value)s stands there twice") % {
                "path": f"{table}[{index}].{key}",
                "value": shown(value),
            }
        seen.append(value)


def _wrong_places(path: str, words: str, wanted: frozenset[str]) -> Iterator[str]:
    """Places are filled by ``str.format``: one too many would break every print of the matrix."""
    found = re.findall(r"\{([^{}]*)\}", words)
    stray = re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", words))
    if sorted(found) == sorted(wanted) and not stray:
        return
    places = ", ".join(f"{{{place}}}" for place in sorted(wanted))
    if places:
        yield _("%(path)s must hold each of %(places)s once, and no other braces") % {
            "path": path,
            "places": places,
        }
    else:
        yield _("%(path)s must hold no braces") % {"path": path}
