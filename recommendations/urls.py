from django.urls import path

from recommendations.views import entry, lessons, paste, register, report

urlpatterns = [
    path("evaluations/new/", entry.new, name="evaluation_new"),
    path("evaluations/<int:pk>/edit/", entry.edit, name="evaluation_edit"),
    path("evaluations/<int:pk>/recommendations/", paste.paste, name="recommendations_paste"),
    path("evaluations/<int:pk>/lessons/", lessons.lessons, name="evaluation_lessons"),
    path("evaluations/<int:pk>/report/", report.upload, name="report_upload"),
    path("evaluations/<int:pk>/report/<int:reading>/", report.reading, name="report_reading"),
    path("registers/", register.register_list, name="registers"),
    path("registers/<int:pk>/", register.register, name="register"),
    path("registers/<int:pk>/defects.csv", register.register_csv, name="register_csv"),
    path("registers/<int:pk>/file/", register.register_file, name="register_file"),
    path("registers/<int:pk>/move/", register.register_move, name="register_move"),
]
