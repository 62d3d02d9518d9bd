from recommendations.models.evaluation import Evaluation
from recommendations.models.profile import RuleProfile
from recommendations.models.register import (
    Descriptor,
    EvaluationDocument,
    RegisterDefect,
    RegisterEntry,
    RegisterImport,
    RegisterRow,
)
from recommendations.models.report import Lesson, ReportReading
from recommendations.models.results import Recommendation, RecommendationParty, SubPoint

__all__ = [
    "Descriptor",
    "Evaluation",
    "EvaluationDocument",
    "Lesson",
    "Recommendation",
    "RecommendationParty",
    "RegisterDefect",
    "RegisterEntry",
    "RegisterImport",
    "RegisterRow",
    "ReportReading",
    "RuleProfile",
    "SubPoint",
]
