"""What the tests of printing share: the forms, and matrices made of just the recommendations at hand."""

from typing import Any

from recommendations import profiles
from recommendations.profiles import Profile
from responses.matrix.document import Evaluation, Matrix, Recommendation

SENTENCE = "Review the plan with every office and report to the steering group. "
LONG_ADDRESS = "https://example.org/" + "a-long-folder/" * 20 + "?q=1&r=2"
ARABIC = "تضع المنظمة خطة لمتابعة التوصيات"


def profile(slug: str) -> Profile:
    return profiles.from_dict(profiles.shipped()[slug])


TABLE, LIST = profile("iom-matrix"), profile("iom-2022")


def matrix(*recommendations: Recommendation, **fields: Any) -> Matrix:
    given = {"profile": "iom-matrix", "language": "en", "evaluation": Evaluation("Lake Programme")}
    return Matrix(**{**given, **fields}, recommendations=recommendations)
