"""Who is responsible, as written and as understood."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaltrack.models.people import Office, User
from evaltrack.roles import Role


class Part(models.TextChoices):
    LEAD = "lead", _("Lead")
    SUPPORT = "support", _("Support")
    COORDINATION = "coordination", _("Coordination")


class PartyBase(models.Model):
    """One party of a responsible cell.

    It is a person, the holders of a role at an office, an office, or (with only a name) an outside body.
    """

    name = models.CharField(_("name as written"), max_length=300)
    part = models.CharField(_("part"), max_length=20, choices=Part.choices, default=Part.LEAD)
    order = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    office = models.ForeignKey(
        Office, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    role = models.CharField(_("role"), max_length=30, choices=Role.choices, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(role="") | Q(person=None), name="%(class)s_person_or_role"),
        ]

    def __str__(self) -> str:
        return self.name
