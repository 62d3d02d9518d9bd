"""The matrix as it stands on screen: what of it is open, and each cell with what this person may write.

The number of queries does not depend on the number of recommendations or actions. A long matrix comes closed,
as one line for each recommendation; a person opens what they need.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from evaltrack import text
from evaltrack.models import User
from recommendations import results
from recommendations.choices import Layout, Level, StatusLevel
from recommendations.models import Recommendation, SubPoint
from recommendations.models.results import RecommendationQuerySet
from recommendations.profiles import Profile, in_language
from responses import todo
from responses.cells import Address, field_of, may_write
from responses.models import KeyAction, ManagementResponse, ProgressUpdate, RecommendationResponse
from responses.permissions import Access, access
from responses.shown import (
    ActionRow,
    Block,
    Cell,
    Labels,
    Option,
    RoundBlock,
    dated,
    derive,
    grouped,
    overdue,
    reminded,
    timed,
    understood,
    undone,
)
from responses.wording import fixed

# Up to this size a matrix is shown whole, as people know it from paper.
WHOLE_UP_TO = {"recommendations": 12, "actions": 60}
START_OF_TEXT = 240  # characters of a closed recommendation


class Sheet:
    """One response on screen for one person."""

    def __init__(self, response: ManagementResponse, user: User) -> None:
        self.response, self.user = response, user
        self.evaluation = response.evaluation
        self.rules: Profile = self.evaluation.profile.rules
        self.language = get_language() or "en"
        self.labels = Labels(self.rules, self.language)
        self.today = timezone.localdate()
        self.direction = "rtl" if text.is_right_to_left(self.evaluation.language) else "ltr"

    @cached_property
    def access(self) -> Access:
        return access(self.user, self.response)

    @cached_property
    def fixed(self) -> frozenset[str]:
        return fixed(self.response)

    @property
    def responds(self) -> bool:
        """Whether the person writes the whole answer now: front block, notes, every recommendation."""
        return self.access.respond and "respond" not in self.fixed

    @property
    def edits_recommendations(self) -> bool:
        return self.access.edit_recommendations and "edit_recommendations" not in self.fixed

    @property
    def edits_evaluation(self) -> bool:
        return self.access.edit_evaluation and "edit_evaluation" not in self.fixed

    @property
    def status_on_actions(self) -> bool:
        return self.rules.status_level == StatusLevel.ACTION

    @property
    def is_table(self) -> bool:
        return self.rules.layout == Layout.ACTION_TABLE

    # Cells ----------------------------------------------------------------------------------------------

    def cell(
        self, name: str, subject: models.Model | None, shown: str, *, label: str, widget: str = "text",
        hint: str = "", options: Iterable[Option] = (), recommendation: int | None = None,
    ) -> Cell:  # fmt: skip
        """A cell by its address; ``subject`` is the row that decides about one's own actions."""
        address = Address.parse(name)
        field = field_of(address, self.response)
        writable = field.needs not in self.fixed and may_write(field, subject, self.access, recommendation)
        return Cell(
            address=address, label=label, text=shown, widget=widget, hint=hint, options=tuple(options),
            editable=writable,
            known_notes=self.marks,
        )  # fmt: skip

    @cached_property
    def notes(self) -> list[Cell]:
        notes = self.response.footnotes.order_by("order", "pk")
        at = f"note.{self.response.pk}"
        return [
            self.cell(f"{at}.{note.mark}", None, note.text, label=_("Note %(mark)s") % {"mark": note.mark})
            for note in notes
        ]

    @cached_property
    def marks(self) -> frozenset[str]:
        return frozenset(self.response.footnotes.values_list("mark", flat=True))

    @cached_property
    def front(self) -> dict[str, Cell]:
        """The block above the recommendations."""
        one, labels, response = self.evaluation, self.labels, self.response
        at, of = f"evaluation.{one.pk}", f"response.{response.pk}"
        period = _("Period conducted")
        front = {
            "title": self.cell(f"{at}.title", None, one.title, label=labels["evaluation_title"]),
            "conducted": self.cell(f"{at}.conducted", None, one.conducted, label=period, widget="short"),
            "short_title": self.cell(f"{at}.short_title", None, one.short_title, label=labels["short_title"]),
            "responded_on": self.cell(
                f"{of}.responded_on", None, response.responded_on_text, label=labels["responded_on"],
                widget="short", hint=understood(response.responded_on),
            ),
        }  # fmt: skip
        for name, shown in (
            ("coordinator", response.coordinator_text),
            ("overall_comment", response.overall_comment),
        ):
            field = "coordinator_text" if name == "coordinator" else name
            front[name] = self.cell(f"{of}.{field}", None, shown, label=labels[name])
        return front

    # Blocks ---------------------------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[Block]:
        """All recommendations; those of ``blocks`` that are open have their cells here too."""
        return self._lines(self.evaluation.recommendations.present())

    @property
    def todo(self) -> todo.Todo:
        return todo.Todo(self.lines)

    def blocks(self, opened: Collection[int] | None = None, show: str = "") -> list[Block]:
        """The recommendations of a view (see ``todo.SHOWS``), without one all.

        ``opened`` names those that come with cells (None leaves it to the size).
        """
        lines = todo.shown(self.lines, show)
        if opened is None:
            actions = sum(line.actions for line in lines)
            whole = len(lines) <= WHOLE_UP_TO["recommendations"] and actions <= WHOLE_UP_TO["actions"]
            opened = [line.recommendation.pk for line in lines] if whole else []
        self._open([line for line in lines if line.recommendation.pk in opened])
        return lines

    def block(self, pk: int, *, is_open: bool = True) -> Block:
        """One recommendation alone. Raises Recommendation.DoesNotExist where the matrix has none such."""
        lines = self._lines(self.evaluation.recommendations.present().filter(pk=pk))
        if not lines:
            raise Recommendation.DoesNotExist
        if is_open:
            self._open(lines)
        return lines[0]

    def _lines(self, rows: RecommendationQuerySet) -> list[Block]:
        found = rows.only("pk", "number", "order", "evaluation_id")
        given = RecommendationResponse.objects.filter(
            response=self.response, recommendation__in=rows.order_by()
        )
        counted = todo.with_counts(given.only("recommendation_id", "decision", "response_id"))
        answers = {answer.recommendation_id: answer for answer in counted}
        lines = []
        for one in found.annotate(start=Substr("text", 1, START_OF_TEXT)):
            answer: Any = answers.get(one.pk)
            decision = answer.decision if answer else ""
            rule = self.rules.decision(decision)
            lines.append(
                Block(
                    recommendation=one,
                    heading=self.labels["recommendation"].format(number=one.number),
                    decision=decision,
                    decision_label=in_language(rule.labels, self.language) if rule else "",
                    start=text.to_plain(one.start),  # type: ignore[attr-defined]
                    actions=answer.planned if answer else 0,
                    closed_actions=answer.closed if answer else 0,
                    ownerless=answer.ownerless if answer else 0,
                    undated=answer.undated if answer else 0,
                    is_open=False,
                    allows_actions=rule.allows_actions if rule else True,
                    responds=self.responds or (one.pk in self.access.drafts and "respond" not in self.fixed),
                )
            )
        todo.mark(lines, self.response, self.access)
        return lines

    def _open(self, lines: list[Block]) -> None:
        """Fill the cells of these lines."""
        keys = [line.recommendation.pk for line in lines]
        whole = Recommendation.objects.in_bulk(keys)
        points = grouped(SubPoint.objects.filter(recommendation__in=keys), "recommendation_id")
        answers = {
            answer.recommendation_id: answer
            for answer in RecommendationResponse.objects.filter(
                response=self.response, recommendation__in=keys
            )
        }
        owned = KeyAction.objects.filter(answer__in=answers.values()).order_by("order", "pk")
        actions = grouped(
            owned.prefetch_related("parties__person", "parties__office__focal_point"), "answer_id"
        )
        updates = self._latest(answers.values())
        for line in lines:
            line.is_open = True
            one = line.recommendation = whole[line.recommendation.pk]
            one.evaluation = self.evaluation
            answer = answers.get(one.pk)
            line.cells = self._recommendation_cells(one, points.get(one.pk, [])) | self._levels(one)
            line.cells |= self._answer_cells(line, answer)
            mine = actions.get(answer.pk, []) if answer else []
            line.removed = [action for action in mine if action.removed_at]
            line.rows = self._rows(one, [action for action in mine if not action.removed_at], updates)
            if not self.status_on_actions:
                line.rounds = self._rounds(one, answer, updates)
            else:
                derive(line)

    def _latest(
        self, answers: Collection[RecommendationResponse]
    ) -> dict[tuple[str, int, str], ProgressUpdate]:
        """The newest update of each action, and of each recommendation and round."""
        found = ProgressUpdate.objects.filter(Q(action__answer__in=answers) | Q(answer__in=answers))
        latest: dict[tuple[str, int, str], ProgressUpdate] = {}
        for update in found.order_by("as_of", "pk"):
            if update.action_id:
                latest["action", update.action_id, ""] = update
            elif update.answer_id:
                latest["answer", update.answer_id, update.round] = update
        return latest

    def _levels(self, one: Recommendation) -> dict[str, Cell]:
        """Urgency, difficulty and impact, as some reports weigh their recommendations."""
        options = [(str(value), str(words)) for value, words in Level.choices]
        labels = {"urgency": _("Urgency"), "difficulty": _("Difficulty"), "impact": _("Impact")}
        return {
            name: self.cell(
                f"recommendation.{one.pk}.{name}", None, getattr(one, name), label=label, widget="choice",
                options=options,
            )
            for name, label in labels.items()
        }  # fmt: skip

    def _recommendation_cells(self, one: Recommendation, points: list[SubPoint]) -> dict[str, Cell]:
        labels, at = self.labels, f"recommendation.{one.pk}"
        scale = [
            (str(step.level), f"{step.level} – {in_language(step.labels, self.language)}")
            for step in self.rules.priorities
        ]
        return {
            "text": self.cell(f"{at}.text", None, one.text, label=_("Recommendation")),
            "sub_points": self.cell(
                f"{at}.sub_points", None, results.as_list(points), label=labels["sub_points"]
            ),
            "rationale": self.cell(f"{at}.rationale", None, one.rationale, label=labels["rationale"]),
            "directed_to": self.cell(f"{at}.directed_to", None, one.directed_to, label=labels["directed_to"]),
            "responsible": self.cell(
                f"{at}.responsible_text", None, one.responsible_text, label=labels["responsible_units"]
            ),
            "priority": self.cell(
                f"{at}.priority", None, "" if one.priority is None else str(one.priority),
                label=labels["priority"], widget="choice", options=scale,
            ),
            "priority_note": self.cell(
                f"{at}.priority_note", None, one.priority_note, label=labels["priority_note"], widget="note"
            ),
            "timeline": self.cell(
                f"{at}.timeline", None, one.timeline_text, label=labels["timeline"], widget="short",
                hint=understood(one.timeline),
            ),
        }  # fmt: skip

    def _answer_cells(self, line: Block, answer: RecommendationResponse | None) -> dict[str, Cell]:
        labels, at = self.labels, f"answer.{line.recommendation.pk}"
        options = [
            (rule.code.value, in_language(rule.labels, self.language)) for rule in self.rules.decisions
        ]
        narrative = answer.narrative if answer else ""
        decision = self.cell(
            f"{at}.decision", None, line.decision, label=labels["decision"], widget="choice",
            options=options, hint=self.reason_missing(line.decision, narrative),
            recommendation=line.recommendation.pk,
        )  # fmt: skip
        decision.blank = _("Not answered")
        return {
            "decision": decision,
            "narrative": self.cell(
                f"{at}.narrative",
                None,
                narrative,
                label=labels["management_response"],
                recommendation=line.recommendation.pk,
            ),
        }

    def reason_missing(self, decision: str, narrative: str) -> str:
        rule = self.rules.decision(decision)
        if rule and rule.needs_reason and not narrative.strip():
            return _("Say why in the response: this decision needs a reason.")
        return ""

    def _rows(
        self,
        one: Recommendation,
        actions: list[KeyAction],
        updates: dict[tuple[str, int, str], ProgressUpdate],
    ) -> list[ActionRow]:
        rows = []
        for position, action in enumerate(actions, start=1):
            number = action.own_number or f"{one.number}.{position}"
            update = updates.get(("action", action.pk, ""))
            cells = self._action_cells(one, action, number, update)
            rows.append(ActionRow(action, number, cells, position == 1, position == len(actions)))
        return rows

    def _action_cells(
        self, one: Recommendation, action: KeyAction, number: str, update: ProgressUpdate | None
    ) -> dict[str, Cell]:
        labels, at = self.labels, f"action.{action.pk}"

        def named(key: str) -> str:
            return f"{labels[key]}, {number}"

        deadline = self.cell(
            f"{at}.deadline", action, action.deadline_text, label=named("deadline"), widget="short",
            hint=timed(action), recommendation=one.pk,
        )  # fmt: skip
        deadline.warning = overdue(action, self.today)
        responsible = self.cell(
            f"{at}.responsible", action, action.responsible_text, label=named("responsible"),
            widget="responsible", hint=reminded(action), recommendation=one.pk,
        )  # fmt: skip
        # A name in another script must not turn the order of the whole cell.
        responsible.direction = self.direction
        cells = {
            "text": self.cell(
                f"{at}.text", action, action.text, label=named("key_action"), recommendation=one.pk
            ),
            "deadline": deadline,
            "responsible": responsible,
        }
        if self.status_on_actions:
            said, status = (update.comment, update.status) if update else ("", "")
            cells["comment"] = self.cell(
                f"{at}.comment", action, said, label=named("comment"), hint=dated(update)
            )
            cells["status"] = self._status(f"{at}.status", action, status, named("status"))
        return cells

    def _status(self, name: str, subject: KeyAction | None, status: str, label: str) -> Cell:
        options = [(rule.code, in_language(rule.labels, self.language)) for rule in self.rules.statuses]
        cell = self.cell(name, subject, status, label=label, widget="choice", options=options)
        cell.blank, cell.warning = _("Not reported"), undone(subject, self.rules) if subject else ""
        return cell

    def _rounds(
        self,
        one: Recommendation,
        answer: RecommendationResponse | None,
        updates: dict[tuple[str, int, str], ProgressUpdate],
    ) -> list[RoundBlock]:
        blocks = []
        for position, rule in enumerate(self.rules.rounds):
            update = updates.get(("answer", answer.pk, rule.name)) if answer else None
            said, status = (update.comment, update.status) if update else ("", "")
            at = f"round.{one.pk}.{position}"
            comment_label = in_language(rule.comment_labels, self.language)
            blocks.append(
                RoundBlock(
                    label=in_language(rule.labels, self.language),
                    status=self._status(
                        f"{at}.status", None, status, in_language(rule.status_labels, self.language)
                    ),
                    comment=self.cell(f"{at}.comment", None, said, label=comment_label, hint=dated(update)),
                )
            )
        if blocks and answer:
            blocks[-1].status.warning = undone(answer, self.rules)
        return blocks
