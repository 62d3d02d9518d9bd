"""One evaluation of the demo, from its record to the latest report on its key actions."""

from typing import Any

from evaltrack.models import User
from recommendations import evaluations, results
from recommendations.models import Evaluation, Recommendation, RuleProfile
from responses import actions, answers, comments, drafting, progress, requests, snapshots, suggestions
from responses.demo import rounds
from responses.demo.moments import Moments
from responses.demo.organisation import Known
from responses.lifecycle import WAY
from responses.models import KeyAction, ManagementResponse, RecommendationResponse
from responses.subjects import Subject

RECORD = ("title", "short_title", "conducted", "type", "timing", "language", "countries")
RECOMMENDATION = (
    "text", "rationale", "directed_to", "responsible_text", "priority", "priority_note",
    "urgency", "difficulty", "impact",
)  # fmt: skip


def make(data: dict[str, Any], moments: Moments, known: Known) -> None:
    data = _filled(data, moments, data["language"])
    _Entering(data, moments, known).run()


def _filled(data: Any, moments: Moments, language: str) -> Any:
    """The same data with all the times in its texts written out."""
    if isinstance(data, dict):
        return {key: _filled(value, moments, language) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, moments, language) for value in data]
    return moments.fill(data, language).strip() if isinstance(data, str) else data


class _Entering:
    """Enters one evaluation in the order of life: record, recommendations, answers, actions, reports."""

    def __init__(self, data: dict[str, Any], moments: Moments, known: Known) -> None:
        self.data = data
        self.moments = moments
        self.people = known.people
        self.offices = known.offices
        self.coordinator = known.people[data["coordinator"]]
        self.reports: list[tuple[Subject, dict[str, Any]]] = []
        self.rewritten: list[tuple[RecommendationResponse, str]] = []
        self.put_off: list[tuple[KeyAction, dict[str, Any]]] = []

    def run(self) -> None:
        evaluation = self.record()
        rows = [(self.recommend(evaluation, one), one) for one in self.data["recommendations"]]
        response = self.open(evaluation)
        for recommendation, one in rows:
            self.answer(recommendation, response, one)
        with self.moments.written(self.data["answered"]):
            for note in self.data["notes"]:
                answers.set_footnote(response, note["mark"], note["text"], by=self.coordinator)
        self.discuss(response)
        for step in self.data.get("way", ()):
            self.catch_up(before=step["ago"])
            self.move(response, step)
        self.catch_up()

    def record(self) -> Evaluation:
        data = self.data
        profile = RuleProfile.objects.latest_of(data["profile"])
        assert profile  # noqa: S101 - for mypy; it is shipped
        with self.moments.written(data["entered"]) as moment:
            evaluation = evaluations.enter(
                by=self.people[data["entered_by"]],
                today=moment.date(),
                profile=profile,
                offices=[self.offices[name] for name in data["offices"]],
                evaluators=[self.people[key] for key in data["evaluators"]],
                reference=data["reference"],
                report_date=self.moments.day(data["reported"]),
                manager=self.people[data["manager"]],
                **{name: data[name] for name in RECORD},
            )
        Evaluation.objects.filter(pk=evaluation.pk).update(created_at=moment)
        return evaluation

    def recommend(self, evaluation: Evaluation, one: dict[str, Any]) -> Recommendation:
        by = self.people[self.data["recommended_by"]]
        fields = {name: one[name] for name in RECOMMENDATION if name in one}
        with self.moments.written(self.data["entered"]):
            recommendation = results.add(evaluation, by=by, **fields)
            if "timeline" in one:
                results.set_timeline(recommendation, one["timeline"], by=by)
            if "sub_points" in one:
                results.set_sub_points(recommendation, one["sub_points"], by=by)
        return recommendation

    def open(self, evaluation: Evaluation) -> ManagementResponse:
        data = self.data
        with self.moments.written(data["opened"]) as moment:
            response = requests.ask(
                evaluation,
                self.offices[data["responding"]],
                self.coordinator,
                by=self.people[data["manager"]],
                now=moment,
                today=moment.date(),
                coordinator_text=data["coordinator_text"],
            )
        ManagementResponse.objects.filter(pk=response.pk).update(created_at=moment)
        with self.moments.written(data["answered"]):
            answers.set_responded_on(response, data.get("responded_on", ""), by=self.coordinator)
            answers.amend(response, by=self.coordinator, overall_comment=data["overall_comment"])
        return response

    def answer(
        self, recommendation: Recommendation, response: ManagementResponse, one: dict[str, Any]
    ) -> None:
        """Decision and narrative, the actions promised, and what was reported since."""
        by = self.people[one.get("by", self.data["coordinator"])]
        ago = one.get("answered", self.data["answered"])
        with self.moments.written(ago):
            answer = answers.answer_to(recommendation, response)
            answers.decide(answer, one.get("decision", ""), by=by)
            at_first = one.get("narrative_at_first", one.get("narrative", ""))
            answers.narrate(answer, at_first, by=by)
        if "narrative_at_first" in one:
            self.rewritten.append((answer, one["narrative"]))
        for promised in one.get("actions", ()):
            self.promise(answer, promised, by=by, ago=ago)
        for report in one.get("reports", ()):
            self.reports.append((answer, report))

    def promise(
        self, answer: RecommendationResponse, promised: dict[str, Any], *, by: User, ago: int
    ) -> None:
        with self.moments.written(ago):
            action = actions.add(answer, by=by, text=promised["text"])
            first = promised.get("deadline_at_first", promised.get("deadline", ""))
            actions.set_deadline(action, first, by=by)
            actions.set_responsible(action, promised.get("responsible", ""), by=by)
        if "deadline_changed" in promised:
            self.put_off.append((action, promised))
        for report in promised.get("updates", ()):
            self.reports.append((action, report))

    def discuss(self, response: ManagementResponse) -> None:
        """Who was asked to draft what, what was said about it, and the wordings that were suggested."""
        numbered = {one.number: one for one in response.evaluation.recommendations.present()}
        for one in self.data.get("drafters", ()):
            with self.moments.written(one["ago"]) as moment:
                wanted = drafting.numbered(list(numbered.values()), one["numbers"])
                who = self.people[one["who"]].name
                drafting.assign(response, wanted, who, by=self.coordinator, now=moment)
        for one in self.data.get("comments", ()):
            thread = None
            for said in (one, *one.get("replies", ())):
                with self.moments.written(said["ago"]) as moment:
                    by = self.people[said["by"]]
                    about = numbered[one["on"]]
                    made = comments.add(response, about, said["text"], by=by, now=moment, thread=thread)
                thread = thread or made
        for one in self.data.get("suggestions", ()):
            with self.moments.written(one["ago"]) as moment:
                answer = response.answers.get(recommendation=numbered[one["on"]])
                suggestions.suggest(
                    response,
                    f"answer.{answer.recommendation_id}.narrative",
                    answer.narrative.replace(one["instead_of"], one["say"]),
                    by=self.people[one["by"]],
                    now=moment,
                    note=one["note"],
                )

    def move(self, response: ManagementResponse, step: dict[str, Any]) -> None:
        """A step on the way of the response. What a return asks for, or a new version, is written then."""
        if step["move"] in rounds.STEPS:
            rounds.step(response, step, self.people[step["by"]], self.moments)
            return
        with self.moments.written(step["ago"]) as moment:
            by = self.people[step["by"]]
            submitted = snapshots.latest(response)
            if submitted and step["move"] in ("clear", "return"):
                snapshots.look(submitted, by=by, now=moment)
            WAY.make(response, step["move"], by=by, now=moment, comment=step.get("comment", ""))
        if step["move"] == "return":
            with self.moments.written(step["ago"] - 1):
                for answer, narrative in self.rewritten:
                    answers.narrate(answer, narrative, by=self.coordinator)
        if step["move"] == "revise":
            for action, promised in self.put_off:
                with self.moments.written(promised["deadline_changed"]):
                    actions.set_deadline(action, promised["deadline"], by=self.coordinator)

    def catch_up(self, before: int = -1) -> None:
        """Report what was reported more than so many days ago: what is frozen then holds nothing later."""
        for subject, report in self.reports:
            if report["ago"] > before:
                self.report(subject, report)
        self.reports = [(subject, report) for subject, report in self.reports if report["ago"] <= before]

    def report(self, subject: Subject, report: dict[str, Any]) -> None:
        with self.moments.written(report["ago"]) as moment:
            progress.report(
                subject,
                by=self.people[report["by"]],
                now=moment,
                as_of=moment.date(),
                status=report.get("status", ""),
                comment=report.get("comment", ""),
                round=report.get("round", ""),
                reason_code=report.get("reason_code", "overtaken"),
            )
