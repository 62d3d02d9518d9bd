from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    name = "recommendations"
    verbose_name = _("Evaluations and recommendations")

    def ready(self) -> None:
        # Shipped profiles are reference data: they are there wherever the tables are, in tests as well.
        post_migrate.connect(load_shipped_profiles, sender=self)


def load_shipped_profiles(using: str, **kwargs: Any) -> None:
    from recommendations.models import RuleProfile

    RuleProfile.objects.using(using).load_shipped()
