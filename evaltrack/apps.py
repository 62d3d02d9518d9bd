from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvalTrackConfig(AppConfig):
    name = "evaltrack"
    verbose_name = _("People, mail and history")
