from django.urls import path

from responses.views import cells, checks, comparison, evaluations, follow_up, matrix, work

urlpatterns = [
    path("", work.home, name="home"),
    path("actions/<int:pk>/", follow_up.action, name="action"),
    path("actions/<int:pk>/report/", follow_up.action_report, name="action_report"),
    path("answers/<int:pk>/", follow_up.answer, name="answer"),
    path("answers/<int:pk>/report/", follow_up.answer_report, name="answer_report"),
    path("evaluations/", evaluations.evaluations, name="evaluations"),
    path("evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("evaluations/<int:pk>/response/", evaluations.response_new, name="response_new"),
    path("responses/<int:pk>/compare/", comparison.compare, name="comparison"),
    path("responses/<int:pk>/checks/", checks.response_checks, name="response_checks"),
    path("responses/<int:pk>/matrix/", matrix.matrix, name="matrix"),
    path("responses/<int:pk>/matrix/save/", cells.save, name="matrix_save"),
    path("responses/<int:pk>/matrix/<int:recommendation>/", matrix.block, name="matrix_block"),
    path("responses/<int:pk>/matrix/proposals/", matrix.proposals, name="matrix_proposals"),
    path("responses/<int:pk>/matrix.pdf", matrix.download, {"format": "pdf"}, name="matrix_pdf"),
    path("responses/<int:pk>/matrix.json", matrix.download, {"format": "json"}, name="matrix_json"),
]
