from rest_framework.routers import SimpleRouter

from responses import api

router = SimpleRouter(use_regex_path=False)
router.register("responses", api.Responses, basename="response")
router.register("answers", api.Answers, basename="answer")
router.register("actions", api.Actions, basename="action")
router.register("updates", api.Updates, basename="update")

urlpatterns = router.urls
