"""What a rule profile must look like as plain data, be it read from TOML, a form or the database."""

from collections.abc import Collection
from typing import Any

from evaltrack.roles import Role
from recommendations.choices import Check, ClearingOffice, CommonStatus, Decision, Layout, StatusLevel

# Everything a layout prints, on screen or on paper, with the places that its words leave open.
LABELS: dict[str, frozenset[str]] = {
    "document_title": frozenset(),
    "running_line": frozenset(),
    "page": frozenset({"page", "pages"}),
    "colon": frozenset(),
    "notes": frozenset(),
    "evaluation_title": frozenset(),
    "short_title": frozenset(),
    "reference": frozenset(),
    "conducted": frozenset({"period"}),
    "responded_on": frozenset(),
    "coordinator": frozenset(),
    "overall_comment": frozenset(),
    "recommendation": frozenset({"number"}),
    "rationale": frozenset(),
    "directed_to": frozenset(),
    "responsible_units": frozenset(),
    "priority": frozenset(),
    "priority_step": frozenset({"level", "label"}),
    "priority_note": frozenset(),
    "timeline": frozenset(),
    "sub_points": frozenset(),
    "management_response": frozenset(),
    "decision": frozenset(),
    "narrative": frozenset(),
    "key_actions": frozenset(),
    "key_action": frozenset(),
    "deadline": frozenset(),
    "responsible": frozenset(),
    "monitoring": frozenset(),
    "comment": frozenset(),
    "status": frozenset(),
}

LONGEST_MONTHS = 240  # keeps every day that is reckoned from a profile inside the calendar
LONGEST_DAYS = 3650


def _object(optional: Collection[str] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
        "properties": properties,
    }


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _number(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_WORDS = {"type": "string", "pattern": r"\S", "description": "a text with something in it"}
_WORDS_BY_LANGUAGE = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {
        "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z",
        "description": "a language code such as en, fr or pt-br",
    },
    "additionalProperties": _WORDS,
}
_CODE = {
    "type": "string",
    "pattern": r"^[a-z][a-z0-9_]{0,39}\Z",
    "description": "a code of at most 40 small letters, digits and underscores",
}
_SLUG = {
    "type": "string",
    "pattern": r"^(?=.{1,40}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z",
    "description": "a name of at most 40 small letters and digits with single hyphens between",
}

# What profiles written before these were known go by.
DEFAULTS: dict[str, Any] = {
    "clearance": [
        {
            "role": "clearing_officer",
            "office": "responding",
            "labels": {"en": "Head of office", "fr": "Chef de bureau"},
        }
    ],
    "mandatory_checks": ["unanswered", "no_reason"],
    "response_reminders": {"before": [14, 3], "after": [1, 14], "repeat_months": 1},
    "tracking_months": 60,
    "escalation": {"head_after": 30, "unit_after": 90},
    "round_weeks": 4,
    "evidence": {"statuses": [], "priorities": []},
    "approvals": {"postponing": "", "dropping": "evaluation_unit"},
    "drop_reasons": [
        {
            "code": "not_feasible",
            "labels": {"en": "Turned out not to be feasible", "fr": "S’est révélée irréalisable"},
        },
        {"code": "overtaken", "labels": {"en": "Overtaken by events", "fr": "Dépassée par les événements"}},
        {
            "code": "no_longer_relevant",
            "labels": {"en": "No longer relevant", "fr": "N’est plus pertinente"},
        },
        {"code": "no_funds", "labels": {"en": "No funds or staff", "fr": "Faute de moyens ou de personnel"}},
        {
            "code": "outside_remit",
            "labels": {"en": "Outside the unit’s remit", "fr": "Hors du mandat de l’unité"},
        },
        {"code": "other", "labels": {"en": "Another reason", "fr": "Autre raison"}},
    ],
    "verification": {
        "implementation": [
            {"code": "full", "labels": {"en": "Fully", "fr": "Entièrement"}, "common": "completed"},
            {
                "code": "largely",
                "labels": {"en": "Largely", "fr": "En grande partie"},
                "common": "in_progress",
            },
            {"code": "partly", "labels": {"en": "Partly", "fr": "En partie"}, "common": "in_progress"},
            {"code": "not", "labels": {"en": "Not", "fr": "Pas du tout"}, "common": "not_started"},
        ],
        "alignment": [
            {"code": "high", "labels": {"en": "As promised", "fr": "Comme promis"}},
            {
                "code": "partial",
                "labels": {"en": "Partly what was promised", "fr": "En partie ce qui était promis"},
            },
            {"code": "low", "labels": {"en": "Something else", "fr": "Autre chose"}},
        ],
        "timeliness": [
            {"code": "in_time", "labels": {"en": "In time", "fr": "Dans les délais"}},
            {"code": "late", "labels": {"en": "Late", "fr": "En retard"}},
            {"code": "very_late", "labels": {"en": "More than a year late", "fr": "Plus d’un an de retard"}},
        ],
    },
}

_CHOICES = _list(_object(code=_CODE, labels=_WORDS_BY_LANGUAGE), minItems=1)

SCHEMA: dict[str, Any] = _object(
    optional=DEFAULTS,
    slug=_SLUG,
    version=_number(1, 1_000_000),
    titles=_WORDS_BY_LANGUAGE,
    layout={"enum": Layout.values},
    status_level={"enum": StatusLevel.values},
    decisions=_list(
        _object(
            code={"enum": Decision.values},
            labels=_WORDS_BY_LANGUAGE,
            needs_reason={"type": "boolean"},
            allows_actions={"type": "boolean"},
        ),
        minItems=1,
    ),
    priorities=_list(_object(level=_number(0, 100), labels=_WORDS_BY_LANGUAGE)),
    statuses=_list(
        _object(code=_CODE, labels=_WORDS_BY_LANGUAGE, common={"enum": CommonStatus.values}),
        minItems=1,
    ),
    rounds=_list(
        _object(
            name=_WORDS,
            labels=_WORDS_BY_LANGUAGE,
            months=_number(0, LONGEST_MONTHS),
            status_labels=_WORDS_BY_LANGUAGE,
            comment_labels=_WORDS_BY_LANGUAGE,
        )
    ),
    response_term=_object(
        length=_number(1, 1000), unit={"enum": ["days", "working_days", "weeks", "months"]}
    ),
    reminders=_object(
        before=_list(_number(0, LONGEST_DAYS), uniqueItems=True),
        after=_list(_number(1, LONGEST_DAYS), uniqueItems=True),
        repeat_months=_number(1, LONGEST_MONTHS),
        check_every_months=_number(1, LONGEST_MONTHS),
    ),
    clearance=_list(
        _object(
            role={"enum": Role.values}, office={"enum": ClearingOffice.values}, labels=_WORDS_BY_LANGUAGE
        ),
        minItems=1,
        maxItems=5,
    ),
    mandatory_checks=_list({"enum": Check.values}, uniqueItems=True),
    response_reminders=_object(
        before=_list(_number(0, LONGEST_DAYS), uniqueItems=True),
        after=_list(_number(1, LONGEST_DAYS), uniqueItems=True),
        repeat_months=_number(1, LONGEST_MONTHS),
    ),
    tracking_months=_number(1, LONGEST_MONTHS),
    escalation=_object(head_after=_number(0, LONGEST_DAYS), unit_after=_number(0, LONGEST_DAYS)),
    round_weeks=_number(1, 104),
    evidence=_object(
        statuses=_list({"enum": CommonStatus.values}, uniqueItems=True),
        priorities=_list(_number(0, 100), uniqueItems=True),
    ),
    approvals=_object(postponing={"enum": ["", *Role.values]}, dropping={"enum": ["", *Role.values]}),
    drop_reasons=_CHOICES,
    verification=_object(
        implementation=_list(
            _object(code=_CODE, labels=_WORDS_BY_LANGUAGE, common={"enum": CommonStatus.values}), minItems=1
        ),
        alignment=_CHOICES,
        timeliness=_CHOICES,
    ),
    labels=_object(**dict.fromkeys(LABELS, _WORDS_BY_LANGUAGE)),
)
