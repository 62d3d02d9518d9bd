"""Fictional data of real size, to look around in; every date in it is counted from the day it is made.

Texts, people and offices are in the TOML files of this folder. They are entered through the same rules as
real ones are, as the people who would have done it, at the times when they would have.
"""

import tomllib
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from evaltrack.errors import Refused
from evaltrack.models import Mail, Notification, User
from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import reminders
from responses.demo import (
    evaluations,
    evidence,
    follow_up,
    imports,
    inbound,
    my_actions,
    organisation,
    register,
    reports,
    verification,
)
from responses.demo.moments import Moments

DEMO_PASSWORD = "midnight-sun"  # noqa: S105 - printed for everyone to use
READ_WITHIN = timedelta(days=14)
EVALUATIONS = ("springs", "passerelles", "clinics", "cash")


class SignIn(NamedTuple):
    """Someone to sign in as, one for each role and one who works in French."""

    role: str
    email: str
    password: str


def sign_ins() -> list[SignIn]:
    return [
        SignIn(_described(person), person["email"], DEMO_PASSWORD)
        for person in _data("organisation")["people"]
        if person.get("sign_in")
    ]


def _described(person: dict[str, Any]) -> str:
    role = str(Role(person["roles"][0]["role"]).label)
    return _("%(role)s, in French") % {"role": role} if person.get("language") == "fr" else role


def is_there() -> bool:
    emails = [person["email"] for person in _data("organisation")["people"]]
    return User.objects.filter(email__in=emails).exists()


@transaction.atomic
def seed(*, now: datetime) -> None:
    """Make the demo's offices, people and evaluations, and plan the reminders that are due.

    Raises Refused where there are evaluations already: fiction must not stand among real ones.
    """
    if Evaluation.objects.exists():
        raise Refused(
            _("There are evaluations in this database already. Demo data goes only into one without any.")
        )
    moments = Moments(now)
    known = organisation.make(_data("organisation"), moments, password=DEMO_PASSWORD)
    for name in EVALUATIONS:
        evaluations.make(_data(name), moments, known)
    follow_up.make(moments)
    evidence.make(moments)
    my_actions.make(now)
    verification.make(moments)
    register.make(moments)
    reports.make(moments)
    imports.make(moments)
    _let_pass(now)
    reminders.plan(now=now)
    inbound.make(now=now)


def _let_pass(now: datetime) -> None:
    """What was told in the past was mailed then, and what is older than two weeks has been read."""
    Mail.objects.filter(created_at__lt=now).update(state=Mail.State.SENT, sent_at=F("created_at"))
    Notification.objects.filter(at__lt=now - READ_WITHIN).update(read_at=F("at"))


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text(encoding="utf-8"))
