"""The five people whom every page is shown to, with an office that they have to do with or not."""

from evaltrack.models import Office, User
from evaltrack.roles import Role
from tests import factories as make

FIVE = ("evaluation unit", "officer of the office", "officer elsewhere", "action owner", "reader")


def five(office: Office) -> dict[str, User]:
    """An office below headquarters, and its people; the action owner's key action is the test's to make."""
    headquarters = make.office("Headquarters", kind=Office.Kind.HEADQUARTERS)
    office.parent = headquarters
    office.save()
    return {
        "evaluation unit": make.member(Role.EVALUATION_UNIT, headquarters, "Una Berg"),
        "officer of the office": make.member(Role.ME_OFFICER, office, "Ines Okafor"),
        "officer elsewhere": make.member(
            Role.ME_OFFICER, make.office("Country Office Ostania"), "Piet Madsen"
        ),
        "action owner": make.member(Role.ACTION_OWNER, office, "Arlo Quist"),
        "reader": make.member(Role.READER, office, "Rhea Lund"),
    }
