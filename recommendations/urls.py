from django.urls import path

from recommendations.views import entry, paste, register

urlpatterns = [
    path("evaluations/new/", entry.new, name="evaluation_new"),
    path("evaluations/<int:pk>/edit/", entry.edit, name="evaluation_edit"),
    path("evaluations/<int:pk>/recommendations/", paste.paste, name="recommendations_paste"),
    path("registers/", register.register_list, name="registers"),
    path("registers/<int:pk>/", register.register, name="register"),
    path("registers/<int:pk>/defects.csv", register.register_csv, name="register_csv"),
    path("registers/<int:pk>/file/", register.register_file, name="register_file"),
    path("registers/<int:pk>/move/", register.register_move, name="register_move"),
]
