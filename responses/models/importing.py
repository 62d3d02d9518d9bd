"""Matrices that come in as files: what was read of each, what a person made of it, and what became of it."""

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import StoredFile, User
from recommendations.models import Evaluation
from responses.choices import ImportState
from responses.models.response import ManagementResponse

SETTLED = (ImportState.COMMITTED, ImportState.UNDONE)


class MatrixImportQuerySet(models.QuerySet["MatrixImport"]):
    def visible_to(self, user: User | AnonymousUser) -> "MatrixImportQuerySet":
        """One's own; of others' what went into an evaluation that the person sees."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        seen = Q(evaluation__in=Evaluation.objects.visible_to(user))
        own = Q(by=user) & (Q(evaluation=None) | seen)
        return self.filter(own | (seen & Q(state__in=SETTLED)))

    def under_way(self) -> "MatrixImportQuerySet":
        """Those that somebody is still to look over."""
        return self.exclude(state__in=(*SETTLED, ImportState.DISCARDED))


class MatrixImport(models.Model):
    """A file, or a table that was pasted, on its way into an evaluation (none: into a new one).

    ``reading`` is what was understood of it and ``draft`` the same as a person mended it, both as
    ``matrix.carried`` has them. ``mended`` says which values were changed by hand (path -> as it was read),
    ``choices`` what is taken of a file that differs from what is there, ``done`` what taking it back needs.
    """

    evaluation = models.ForeignKey(
        Evaluation, models.SET_NULL, null=True, related_name="imports", verbose_name=_("evaluation")
    )
    response = models.ForeignKey(
        ManagementResponse, models.SET_NULL, null=True, related_name="imports", verbose_name=_("response")
    )
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="imports", verbose_name=_("file")
    )
    pasted = models.TextField(_("pasted table"), blank=True)
    name = models.CharField(_("name"), max_length=200)
    # Chosen by the person; blank where they are to be seen from the file.
    profile = models.SlugField(_("rule profile"), max_length=40, blank=True)
    language = models.CharField(_("language of the text"), max_length=20, blank=True)
    columns: "models.JSONField[Any, Any]" = models.JSONField(_("what its columns hold"), null=True)
    # Its tables as they are shown to say what their columns hold.
    tables: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="imports", verbose_name=_("brought in by")
    )
    at = models.DateTimeField(_("brought in"))
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.WAITING
    )
    refusal = models.TextField(_("why it was not read"), blank=True)
    # Of reading it: how often it was begun, and until when whoever began it has it to themselves.
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, editable=False)
    reading: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    draft: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    # Counts how often rows were added, removed or joined: a page of before knows other places.
    layout = models.PositiveIntegerField(default=0)
    mended: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    choices: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    done: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    read_at = models.DateTimeField(_("read"), null=True)
    settled_at = models.DateTimeField(_("taken over"), null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(_("taken back"), null=True)

    objects: ClassVar[MatrixImportQuerySet] = MatrixImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["at"], condition=Q(state__in=["waiting", "reading"]), name="import_to_read"),
            models.Index(fields=["evaluation", "-settled_at"], name="import_of_evaluation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None) | Q(file__isnull=False, pasted=""), name="import_is_file_or_pasted"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptColumns(models.Model):
    """What the columns of a table meant to somebody: the same headings are read so the next time."""

    person = models.ForeignKey(User, models.CASCADE, related_name="column_mappings")
    # Of the headings, as SHA-256.
    headings = models.CharField(max_length=64)
    columns: "models.JSONField[Any, Any]" = models.JSONField()
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("meaning of columns")
        verbose_name_plural = _("meanings of columns")
        constraints = [
            models.UniqueConstraint(fields=["person", "headings"], name="one_mapping_per_person_and_table"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.headings[:8]}"
