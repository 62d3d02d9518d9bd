from rest_framework.routers import SimpleRouter

from responses import api, api_evidence, api_rounds, api_verification

router = SimpleRouter(use_regex_path=False)
router.register("responses", api.Responses, basename="response")
router.register("answers", api.Answers, basename="answer")
router.register("actions", api.Actions, basename="action")
router.register("updates", api.Updates, basename="update")
router.register("deadline-changes", api.DeadlineChanges, basename="deadline-change")
router.register("closures", api.Closures, basename="closure")
router.register("rounds", api_rounds.Rounds, basename="round")
router.register("evidence", api_evidence.AllEvidence, basename="evidence")
router.register("checks", api_verification.Checks, basename="check")

urlpatterns = router.urls
