"""Evaluations and recommendations in the API."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters

from evaltrack.api.lists import IdFilter, OfficeFilter, UpdatedAfter
from evaltrack.api.moves import Movable
from evaltrack.api.views import Changeable, Creatable, Removable
from recommendations import evaluations, results
from recommendations.lifecycle import WAY
from recommendations.models import Evaluation, Recommendation, RecommendationParty
from recommendations.serializers import EvaluationSerializer, RecommendationSerializer, as_lines


class EvaluationFilter(filters.FilterSet):  # type: ignore[misc]
    office = OfficeFilter("offices")
    profile = filters.CharFilter("profile__slug", label=_("Short name of a rule profile."))
    report_after = filters.DateFilter("report_date", "gte", label=_("Report of this day or later."))
    report_before = filters.DateFilter("report_date", "lte", label=_("Report of this day or earlier."))
    updated_after = UpdatedAfter()

    class Meta:
        model = Evaluation
        fields = ["reference", "type", "timing", "state"]


class Evaluations(Creatable[Evaluation], Changeable[Evaluation], Movable[Evaluation]):
    """Evaluations: what the cover of the report says, and what the matrix needs of it."""

    way = WAY
    queryset = Evaluation.objects.select_related("profile", "manager").prefetch_related(
        "offices", "evaluators", "descriptors", "documents"
    )
    serializer_class = EvaluationSerializer
    filterset_class = EvaluationFilter

    def make(self, **values: Any) -> Evaluation:
        return evaluations.enter(by=self.person, today=timezone.localdate(), **values)

    def amend(self, row: Evaluation, **values: Any) -> None:
        evaluations.amend(row, by=self.person, **values)


IN_ORDER = Prefetch("parties", RecommendationParty.objects.order_by("order", "pk"))


class RecommendationFilter(filters.FilterSet):  # type: ignore[misc]
    evaluation = IdFilter("evaluation", label=_("Id of an evaluation."))
    office = OfficeFilter("evaluation__offices")
    due_before = filters.DateFilter("timeline_due", "lte", label=_("Timeline ends on this day or earlier."))
    due_after = filters.DateFilter("timeline_due", "gte", label=_("Timeline ends on this day or later."))
    updated_after = UpdatedAfter()

    class Meta:
        model = Recommendation
        fields = ["number", "priority"]


class Recommendations(Creatable[Recommendation], Changeable[Recommendation], Removable[Recommendation]):
    """Recommendations, in the evaluators' words."""

    queryset = (
        Recommendation.objects.filter(removed_at=None)
        .select_related("evaluation__profile")
        .prefetch_related(IN_ORDER, "sub_points")
    )
    serializer_class = RecommendationSerializer
    filterset_class = RecommendationFilter

    def to_lock(self) -> QuerySet[Any]:
        # In the order of the rules, which lock the evaluation to renumber: no two changes wait on each other.
        found = Evaluation.objects.filter(recommendations__pk=self.kwargs["pk"])
        for evaluation in found:
            results.hold(evaluation)
        return Evaluation.objects.select_for_update().filter(pk__in=[one.pk for one in found]).only("pk")

    def make(self, **values: Any) -> Recommendation:
        """Add a recommendation at the end."""
        evaluation, text, number = values.pop("evaluation"), values.pop("text"), values.pop("number", "")
        made = results.add(evaluation, by=self.person, text=text, number=number)
        self.amend(made, **values)
        return made

    def amend(self, row: Recommendation, **values: Any) -> None:
        by = self.person
        if "sub_points" in values:
            results.set_sub_points(row, as_lines(values.pop("sub_points")), by=by)
        if isinstance(values.get("timeline"), str):
            results.set_timeline(row, values.pop("timeline"), by=by)
        results.amend(row, by=by, **values)

    def remove(self, row: Recommendation) -> None:
        results.remove(row, by=self.person, now=timezone.now())
