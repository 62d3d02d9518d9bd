"""Who cannot be reached because their mail comes back, and which key actions lie with them."""

from dataclasses import dataclass, field

from django.db.models.functions import Lower

from evaltrack.models import Bounce, Part, User
from responses.models import ActionParty, KeyAction

LISTED = 10  # key actions of one person


@dataclass(slots=True)
class Unreachable:
    """An address, whose it is, and the open key actions they lead that the reader may know of."""

    bounce: Bounce
    person: User | None = None
    actions: list[KeyAction] = field(default_factory=list)
    more: int = 0


def listed(bounces: list[Bounce], seen_by: User) -> list[Unreachable]:
    """These bounces with their people and open key actions: three queries, whatever their number."""
    rows = [Unreachable(bounce) for bounce in bounces]
    people = User.objects.annotate(address=Lower("email")).filter(
        address__in=[one.address for one in bounces]
    )
    by_address = {person.address: person for person in people}
    by_person: dict[int, list[KeyAction]] = {person.pk: [] for person in people}
    seen = KeyAction.objects.visible_to(seen_by).open()
    leading = ActionParty.objects.filter(person__in=by_person, part=Part.LEAD, action__in=seen)
    for party in leading.select_related("action__answer__response__evaluation").order_by(
        "action__deadline_due", "pk"
    ):
        if party.person_id:
            by_person[party.person_id].append(party.action)
    for row in rows:
        row.person = by_address.get(row.bounce.address)
        if row.person:
            actions = by_person[row.person.pk]
            row.actions, row.more = actions[:LISTED], max(0, len(actions) - LISTED)
    return rows
