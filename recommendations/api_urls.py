from rest_framework.routers import SimpleRouter

from recommendations import api

router = SimpleRouter(use_regex_path=False)
router.register("evaluations", api.Evaluations)
router.register("recommendations", api.Recommendations)

urlpatterns = router.urls
