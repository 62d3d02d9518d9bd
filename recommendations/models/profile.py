"""Rule profiles as rows: every version stays, so that an evaluation keeps the one it started with."""

import json
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from recommendations import profiles
from recommendations.profiles import Profile


class RuleProfileQuerySet(models.QuerySet["RuleProfile"]):
    def latest_versions(self) -> "RuleProfileQuerySet":
        newest = self.model.objects.filter(slug=models.OuterRef("slug")).order_by("-version").values("pk")[:1]
        return self.filter(pk=models.Subquery(newest)).order_by("title")

    def latest_of(self, slug: str) -> "RuleProfile | None":
        return self.filter(slug=slug).order_by("-version").first()

    def load_shipped(self) -> None:
        """Add the versions shipped with EvalTrack that are not there yet; what is there is never changed."""
        for profile in profiles.read_shipped():
            self.get_or_create(
                slug=profile.slug,
                version=profile.version,
                defaults={"title": profiles.in_language(profile.titles, "en"), "data": profile.to_dict},
            )


class RuleProfile(models.Model):
    slug = models.SlugField(_("short name"), max_length=40)
    version = models.PositiveIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=200)
    data = models.JSONField()

    objects: ClassVar[RuleProfileQuerySet] = RuleProfileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("rule profile")
        verbose_name_plural = _("rule profiles")
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="one_profile_per_version")]

    def __str__(self) -> str:
        return f"{self.title} ({self.slug}, {self.version})"

    @cached_property
    def rules(self) -> Profile:
        return profiles.from_json(json.dumps(self.data))

    @property
    def name(self) -> str:
        """Its title in the reader's language; the column holds the English one, to search and sort by."""
        return profiles.in_language(self.rules.titles, get_language() or "en")
