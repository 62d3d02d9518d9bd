"""Below ``/api/``: the page about the API, and its versions."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView

from evaltrack.api.views import NothingHere
from evaltrack.views.api import about

describe = SpectacularAPIView.as_view(api_version="v1", renderer_classes=[OpenApiJsonRenderer])

v1: list[URLPattern | URLResolver] = [
    path("schema/", describe, name="schema"),
    path("", include("recommendations.api_urls")),
    path("", include("responses.api_urls")),
    re_path("", NothingHere.as_view()),
]

urlpatterns = [
    path("", about, name="api"),
    path("v1/", include((v1, "v1"))),
]
