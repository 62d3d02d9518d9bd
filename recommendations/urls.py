from django.urls import path

from recommendations.views import entry, paste

urlpatterns = [
    path("evaluations/new/", entry.new, name="evaluation_new"),
    path("evaluations/<int:pk>/edit/", entry.edit, name="evaluation_edit"),
    path("evaluations/<int:pk>/recommendations/", paste.paste, name="recommendations_paste"),
]
