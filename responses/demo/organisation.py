"""The demo's organisation: its offices, whoever works there, and what they are called."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password

from evaltrack import offices, people, quiet
from evaltrack.models import Office, User
from evaltrack.roles import Role
from responses.demo.moments import Moments


@dataclass
class Known:
    """People by the key of the data, offices by their short name."""

    people: dict[str, User] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)


def make(data: dict[str, Any], moments: Moments, *, password: str) -> Known:
    """The first office and its administrator are EvalTrack's, all others the administrator's work."""
    known = Known()
    first, *others = data["offices"]
    administrator, *staff = data["people"]
    # One hash for all: making each its own would take longer than all the rest.
    secret = make_password(password)
    with moments.written(data["began"]):
        _office(first, moments, known, by=None)
    by = _person(administrator, moments, known, secret, by=None)
    for office in others:
        with moments.written(data["began"]):
            _office(office, moments, known, by=by)
    for person in staff:
        _person(person, moments, known, secret, by=by)
    for office in data["offices"]:
        with moments.written(data["began"]):
            _complete(office, moments, known, by=by)
        _rename(office, moments, known, by=by)
    return known


def _office(data: dict[str, Any], moments: Moments, known: Known, *, by: User | None) -> None:
    renamed = data.get("renamed", {})
    known.offices[data["short_name"]] = offices.add_office(
        by=by,
        today=moments.day(0),
        name=renamed.get("was", data["name"]),
        short_name=data["short_name"],
        kind=data["kind"],
        parent=known.offices[data["parent"]] if "parent" in data else None,
        starts_on=moments.day(renamed["since"]) if renamed else None,
    )


def _complete(data: dict[str, Any], moments: Moments, known: Known, *, by: User) -> None:
    """What needs the people or the other offices to be there."""
    office = known.offices[data["short_name"]]
    for alias in data.get("aliases", ()):
        offices.add_alias(office, by=by, name=alias)
    if "focal_point" in data:
        person = known.people[data["focal_point"]]
        offices.change_office(office, by=by, today=moments.today, focal_point=person)
    if "quiet" in data:
        closed = data["quiet"]
        first, last = moments.day(-closed["in_days"]), moments.day(-closed["in_days"] - closed["days"] + 1)
        quiet.add(office, by=by, today=moments.today, name=closed["name"], first=first, last=last)


def _rename(data: dict[str, Any], moments: Moments, known: Known, *, by: User) -> None:
    if "renamed" not in data:
        return
    ago = data["renamed"]["until"]
    with moments.written(ago) as moment:
        offices.change_office(
            known.offices[data["short_name"]],
            by=by,
            today=moment.date(),
            name=data["name"],
            keep_old_name=True,
        )


def _person(data: dict[str, Any], moments: Moments, known: Known, secret: str, *, by: User | None) -> User:
    roles = [(known.offices[one["at"]], Role(one["role"])) for one in data["roles"]]
    attributes = {name: data[name] for name in ("function", "language", "time_zone") if name in data}
    with moments.written(data["joined"]) as moment:
        person = people.add_person(
            by=by,
            name=data["name"],
            email=data["email"],
            now=moment,
            roles=roles,
            invite_by_mail=False,
            date_joined=moment,
            last_login=moment,
            **attributes,
        )
    person.password = secret
    person.save(update_fields=["password"])
    known.people[data["key"]] = person
    return person
