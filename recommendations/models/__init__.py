from recommendations.models.evaluation import Evaluation
from recommendations.models.profile import RuleProfile
from recommendations.models.results import Recommendation, RecommendationParty, SubPoint

__all__ = [
    "Evaluation",
    "Recommendation",
    "RecommendationParty",
    "RuleProfile",
    "SubPoint",
]
