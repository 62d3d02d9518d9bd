"""What a public register says of evaluations: the words that describe them, their documents, its imports."""

from typing import ClassVar
from urllib.parse import unquote

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models import Office, StoredFile, User
from evaltrack.roles import Permission, reach
from recommendations.choices import DescriptorKind, DocumentKind, ImportState, Verdict
from recommendations.models.evaluation import Evaluation
from recommendations.models.profile import RuleProfile


class Descriptor(models.Model):
    """A word that describes an evaluation, such as one of its themes, donors or project codes, as written."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="descriptors")
    kind = models.CharField(_("kind"), max_length=20, choices=DescriptorKind.choices)
    text = models.CharField(_("text"), max_length=300)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("descriptor")
        verbose_name_plural = _("descriptors")
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["kind", "text"], name="described_so")]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "kind", "text"], name="described_once"),
            models.CheckConstraint(condition=~Q(text=""), name="descriptor_has_text"),
        ]

    def __str__(self) -> str:
        return self.text


class EvaluationDocument(models.Model):
    """A document by its address on the web, which is kept and never fetched."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    address = models.CharField(_("address"), max_length=2000)
    description = models.CharField(_("description"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(address__startswith="https://") | Q(address__startswith="http://"),
                name="document_on_the_web",
            )
        ]

    def __str__(self) -> str:
        return self.description or self.name

    @property
    def name(self) -> str:
        """The name of the file at the end of the address."""
        return unquote(self.address.partition("?")[0].rstrip("/").rpartition("/")[2])


def imports_registers(user: User | AnonymousUser) -> bool:
    """The evaluation unit of the whole: a register has evaluations of every office."""
    tops = Office.objects.filter(parent=None, merged_into=None).values_list("pk", flat=True)
    return reach(user).can(Permission.OVERSEE, tops)


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    def visible_to(self, user: User | AnonymousUser) -> "RegisterImportQuerySet":
        return self if imports_registers(user) else self.none()

    def of_state(self, *states: str) -> "RegisterImportQuerySet":
        return self.filter(state__in=states)


class RegisterImport(models.Model):
    """One file of a register: what was found in it, and how far it has been brought in."""

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    name = models.CharField(_("name"), max_length=200)
    profile = models.ForeignKey(
        RuleProfile, models.PROTECT, related_name="+", verbose_name=_("rule profile of new evaluations")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=ImportState.choices, default=ImportState.WAITING
    )
    uploaded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    # What is reported in the register's favour where a person changed the same in EvalTrack.
    overrule = models.BooleanField(_("take the register’s where both changed"), default=False)
    refusal = models.TextField(_("why it could not be read"), blank=True)
    # Counts by name, headings that are not known, offices to be made: plain JSON for the page.
    summary = models.JSONField(default=dict)
    read_at = models.DateTimeField(_("read"), null=True)
    committed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("imported by")
    )
    committed_at = models.DateTimeField(_("imported"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # A worker's claim; it ends by itself.
    claimed_until = models.DateTimeField(null=True, editable=False)
    # How often a worker has taken it on: what kills three of them is given up.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects: ClassVar[RegisterImportQuerySet] = RegisterImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("import of a register")
        verbose_name_plural = _("imports of registers")
        indexes = [models.Index(fields=["-uploaded_at", "-id"], name="register_import_list")]

    def __str__(self) -> str:
        return self.name


class RegisterRow(models.Model):
    """A row of an import: its cells as they stand, and what becomes of them."""

    of = models.ForeignKey(RegisterImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=dict)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    evaluation = models.ForeignKey(Evaluation, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(_("title"), max_length=500, blank=True)
    # What changes: [field, old, new] each, as plain JSON.
    changes = models.JSONField(default=list)
    done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("row of a register")
        verbose_name_plural = _("rows of a register")
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="register_row_once")]
        indexes = [models.Index(fields=["of", "verdict", "number"], name="register_row_verdict")]

    def __str__(self) -> str:
        return f"{self.number}: {self.title}"


class RegisterDefect(models.Model):
    """Something amiss in a row of an import."""

    of = models.ForeignKey(RegisterImport, models.CASCADE, related_name="defects")
    kind = models.CharField(max_length=30)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("defect of a register")
        verbose_name_plural = _("defects of a register")
        indexes = [models.Index(fields=["of", "kind", "row"], name="register_defect_kind")]

    def __str__(self) -> str:
        return f"{self.row}: {self.kind}"


class RegisterEntry(models.Model):
    """An evaluation's row in the register as it was last brought in."""

    evaluation = models.OneToOneField(Evaluation, models.CASCADE, related_name="register_entry")
    title_key = models.CharField(max_length=500)
    added = models.CharField(max_length=100, blank=True)
    addresses = models.JSONField(default=list)
    cells = models.JSONField(default=dict)
    # The values by field as they were last taken from the register.
    taken = models.JSONField(default=dict)
    row = models.PositiveIntegerField()
    of = models.ForeignKey(RegisterImport, models.SET_NULL, null=True, related_name="entries")

    class Meta:
        verbose_name = _("entry in the register")
        verbose_name_plural = _("entries in the register")

    def __str__(self) -> str:
        return self.title_key
