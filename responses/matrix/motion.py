"""What became of what was promised between two moments: a rule over the status and the deadline at either.

| then, and now   | not begun   | in progress | completed     | dropped       |
|-----------------|-------------|-------------|---------------|---------------|
| not begun       | stood still | moved on    | moved on      | dropped       |
| in progress     | fell back   | stood still | moved on      | dropped       |
| completed       | fell back   | fell back   | closed before | dropped       |
| dropped         | fell back   | fell back   | moved on      | closed before |

Not reported counts as not begun here: nobody has said otherwise. What is still open and did not fall back has
slipped where its deadline is later than it was, was taken away, or has passed meanwhile, whatever its status.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from recommendations.choices import CommonStatus


class Motion(StrEnum):
    """In the order in which they are told: what needs somebody first."""

    FELL_BACK = "fell_back"
    SLIPPED = "slipped"
    STOOD_STILL = "stood_still"
    MOVED_ON = "moved_on"
    DROPPED = "dropped"
    CLOSED_BEFORE = "closed_before"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Stood:
    """How something stood on a day; ``status`` is a common one, "" where none was reported."""

    status: str
    due: date | None
    on: date

    @property
    def is_closed(self) -> bool:
        return self.status in (CommonStatus.COMPLETED, CommonStatus.DROPPED)

    @property
    def is_overdue(self) -> bool:
        return not self.is_closed and self.due is not None and self.due < self.on


_FAR = {"": 0, CommonStatus.NOT_STARTED: 0, CommonStatus.IN_PROGRESS: 1, CommonStatus.COMPLETED: 2}


def motion(then: Stood | None, now: Stood | None) -> Motion:
    """What became of it; ``None`` is that it was not in the matrix. At least one is given."""
    if then is None:
        return Motion.NEW
    if now is None:
        return Motion.GONE
    if now.is_closed:
        if now.status == then.status:
            return Motion.CLOSED_BEFORE
        return Motion.DROPPED if now.status == CommonStatus.DROPPED else Motion.MOVED_ON
    if then.is_closed or _FAR[now.status] < _FAR[then.status]:
        return Motion.FELL_BACK
    if has_slipped(then, now):
        return Motion.SLIPPED
    return Motion.MOVED_ON if _FAR[now.status] > _FAR[then.status] else Motion.STOOD_STILL


def has_slipped(then: Stood, now: Stood) -> bool:
    """Whether it is now promised for later, for no day any more, or is late and was not."""
    if then.due and (now.due is None or now.due > then.due):
        return True
    return now.is_overdue and not then.is_overdue
