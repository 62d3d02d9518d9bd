"""People, the offices they work in, and what they may do there."""

import zoneinfo
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaltrack.names import folded
from evaltrack.roles import Role


def check_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone. Choose one such as Africa/Nairobi."), params={"name": name}
        )


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """A column that holds another one's folded text, so that names are found however they are written."""

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"editable": False, "blank": True, **kwargs})
        self.source = source

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = folded(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def staying(self, people: Iterable[int]) -> "dict[int, User]":
        """Those of these people (ids) whose account is open, and stays so until the transaction is over.

        For whoever names a person as responsible: closing the account waits, and then finds what was named.
        """
        wanted = list(people)
        if not wanted:
            return {}
        rows = self.filter(pk__in=wanted, is_active=True).order_by("pk")
        sql, params = rows.query.sql_with_params()
        if connection.vendor == "postgresql":
            sql += " FOR KEY SHARE"  # the lock of a foreign key, which those who name do not wait for
        return {user.pk: user for user in self.raw(sql, params)}

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150)
    function = models.CharField(
        _("function"), max_length=150, blank=True, help_text=_("As printed on documents.")
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC", validators=[check_time_zone])
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the technical administration"), default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_address")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class OfficeQuerySet(models.QuerySet["Office"]):
    def current(self, on: date) -> Self:
        """Offices that exist on that day."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=on), Q(ends_on=None) | Q(ends_on__gte=on))

    def with_sub_offices(self, roots: Iterable[int]) -> frozenset[int]:
        """The ids of the offices and everything below them, in one query whatever the depth."""
        return self.sub_offices()(roots)

    def sub_offices(self) -> Callable[[Iterable[int]], frozenset[int]]:
        """``with_sub_offices`` for many questions, on a tree that is read once."""
        below: dict[int | None, list[int]] = {}
        for pk, parent in self.model.objects.values_list("pk", "parent_id"):
            below.setdefault(parent, []).append(pk)

        def of(roots: Iterable[int]) -> frozenset[int]:
            found: set[int] = set()
            todo = list(roots)
            while todo:
                pk = todo.pop()
                if pk not in found:
                    found.add(pk)
                    todo += below.get(pk, [])
            return frozenset(found)

        return of

    def named(self, text: str) -> "Office | None":
        """The office with that name, short name or alias, however it is capitalised or accented."""
        key = folded(text)
        return (
            self.filter(Q(name_key=key) | Q(short_name_key=key) | Q(aliases__key=key))
            .order_by(F("merged_into").asc(nulls_first=True), "pk")  # before an office, its successor
            .distinct()
            .first()
            if key
            else None
        )


class Office(models.Model):
    """Any unit of the organisation. Offices are renamed and moved: names that were are aliases with dates."""

    class Kind(models.TextChoices):
        HEADQUARTERS = "headquarters", _("Headquarters department")
        REGIONAL = "regional", _("Regional office")
        COUNTRY = "country", _("Country office")
        OTHER = "other", _("Other")

    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=50, blank=True)
    name_key = FoldedField(source="name", max_length=200, db_index=True)
    short_name_key = FoldedField(source="short_name", max_length=50, db_index=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.COUNTRY)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    focal_point = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("focal point"),
        help_text=_("Gets what concerns the office when no one else is named."),
    )  # fmt: skip
    # The days of the week on which nobody works there, 1 for Monday to 7; blank is as at the office above.
    rest_days = models.CharField(_("days of rest"), max_length=7, blank=True)
    starts_on = models.DateField(_("exists from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    # Where its work went: what it did before keeps its name.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from",
        verbose_name=_("merged into"),
    )  # fmt: skip

    objects: ClassVar[OfficeQuerySet] = OfficeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = [
            models.UniqueConstraint(fields=["name_key"], name="one_office_per_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="office_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="office_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class OfficeAlias(models.Model):
    """Another name of an office: how people write it, or what it was called between two dates."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=200)
    key = FoldedField(source="name", max_length=200, db_index=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        constraints = [
            models.UniqueConstraint(fields=["office", "key"], name="alias_once_per_office"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="alias_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def not_over(self, on: date) -> Self:
        """Roles that count on that day or will later."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def current(self, on: date) -> Self:
        return self.filter(
            Q(starts_on=None) | Q(starts_on__lte=on),
            Q(ends_on=None) | Q(ends_on__gte=on),
            person__is_active=True,
        )

    def acting(self, person: Any, on: date) -> Self:
        """The roles that count for a person on that day: their own, and those of whom they are deputy."""
        stood_in_for = Deputy.objects.current(on).filter(deputy=person)
        return self.current(on).filter(Q(person=person) | Q(person__in=stood_in_for.values("person")))


class Membership(models.Model):
    """A person holds a role at an office; the role counts there and in the offices below it."""

    person = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    office = models.ForeignKey(Office, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects: ClassVar[MembershipQuerySet] = MembershipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        indexes = [models.Index(fields=["office", "role"], name="membership_holders")]
        constraints = [
            models.UniqueConstraint(fields=["person", "office", "role"], name="role_once_per_office"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()} ({self.office})"


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def current(self, on: date) -> Self:
        """Those in force that day; a closed account neither has a deputy nor is one."""
        return self.filter(starts_on__lte=on, ends_on__gte=on, person__is_active=True, deputy__is_active=True)


class Deputy(models.Model):
    """Who stands in for a person between two days, both included: with all their roles and tasks."""

    person = models.ForeignKey(User, models.CASCADE, related_name="deputies", verbose_name=_("person"))
    deputy = models.ForeignKey(User, models.CASCADE, related_name="stands_in_for", verbose_name=_("deputy"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects: ClassVar[DeputyQuerySet] = DeputyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        indexes = [models.Index(fields=["deputy", "ends_on"], name="deputy_in_force")]
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="deputy_is_someone_else"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="deputy_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} → {self.person}"
