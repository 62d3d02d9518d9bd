from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class EvalTrackConfig(AppConfig):
    name = "evaltrack"
    verbose_name = _("People, mail and history")

    def ready(self) -> None:
        from evaltrack import notifications

        checks.register(notifications.check_mandatory)
