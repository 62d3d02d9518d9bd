"""Forms about people and offices. They check what can be checked alone; the rules are asked by the views."""

import re
import zoneinfo
from collections import Counter
from collections.abc import Container
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from evaltrack.holdings import Holding
from evaltrack.models import Deputy, Membership, Office, OfficeAlias, QuietDays, User
from evaltrack.roles import Role

Choices = list[tuple[Any, Any]]


def like(model: type[Model], name: str, **options: Any) -> Any:
    """The form field that belongs to a model's column."""
    column = cast(Any, model._meta.get_field(name))
    return column.formfield(**options)


def time_zones() -> Choices:
    """The world's time zones by region, so that typing "Nai" in the open list finds Nairobi."""
    regions: dict[str, Choices] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        region, _slash, place = zone.partition("/")
        if place and region not in ("Etc", "SystemV", "US", "posix", "right"):
            regions.setdefault(region, []).append((zone, place.replace("_", " ").replace("/", ": ")))
    return [("UTC", "UTC"), *regions.items()]


def office_tree(only: Container[int] | None = None) -> Choices:
    """The offices, each below the one it is part of and set in by its depth: one query."""
    below: dict[int | None, list[Office]] = {}
    for office in Office.objects.order_by("name"):
        below.setdefault(office.parent_id, []).append(office)
    choices: Choices = []
    todo = [(office, 0) for office in reversed(below.get(None, []))]
    while todo:
        office, depth = todo.pop()
        if only is None or office.pk in only:
            choices.append((office.pk, "\u2003" * depth + office.name))
        todo += [(child, depth + 1) for child in reversed(below.get(office.pk, []))]
    return choices


class OfficeField(forms.TypedChoiceField):
    """Chooses an office out of the tree; its value is the office or ``None``."""

    def __init__(self, *, empty: Any = "", **options: Any) -> None:
        self.empty = empty
        super().__init__(coerce=self._office, empty_value=None, **options)
        self.limit_to(None)

    def limit_to(self, only: Container[int] | None) -> None:
        """Offer these offices (ids) alone."""
        self.choices = lambda: [("", self.empty), *office_tree(only)]

    @staticmethod
    def _office(pk: str) -> Office | None:
        return Office.objects.filter(pk=pk).first()

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Office) else value


class PersonField(forms.CharField):
    """Names an active person, by name or address; the page proposes those of ``people/_everyone.html``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=400, **options)
        self.widget.attrs.update({"list": "everyone", "autocomplete": "off"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._person(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return value.email if isinstance(value, User) else value

    @staticmethod
    def _person(text: str) -> User:
        address = re.search(r"[^\s()]+@[^\s()]+", text)
        named = Q(email__iexact=address[0]) if address else Q(name__iexact=" ".join(text.split()))
        found = list(User.objects.filter(named, is_active=True)[:2])
        if not found:
            raise ValidationError(
                _("Nobody with an active account is called “%(text)s”. Write the name or the address."),
                params={"text": text},
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several people are called “%(text)s”. Write the e-mail address instead."),
                params={"text": text},
            )
        return found[0]


def everyone() -> list[tuple[str, str]]:
    """What a :class:`PersonField` proposes: active people, each with a hint (one query)."""
    people = User.objects.filter(is_active=True).order_by("name", "pk")
    rows = list(people.values_list("name", "email", "function"))
    names = Counter(name.casefold() for name, _email, _function in rows)
    return [
        (name if names[name.casefold()] == 1 else f"{name} ({email})", function or email)
        for name, email, function in rows
    ]


class WithinManaged(forms.Form):
    """Offers only offices that the administrator manages, and those in place already."""

    def __init__(self, *args: Any, managed: frozenset[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, OfficeField):
                there = self.get_initial_for_field(field, name)
                field.limit_to(managed | {there.pk} if there else managed)


class Day(forms.DateInput):
    """The browser's own calendar, which understands only ISO dates."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Search(forms.TextInput):
    input_type = "search"


class ProfileForm(forms.Form):
    """What people change about themselves."""

    name = like(User, "name")
    function = like(User, "function")
    language = like(User, "language", help_text=_("Of the pages, and of the mails you get."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Times are shown in it, and your day begins by it."),
    )


class PersonForm(ProfileForm):
    """What an administrator enters about a person."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ["name", "email", "function"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].help_text = ""
        self.fields["time_zone"].help_text = ""


class RoleForm(WithinManaged):
    """A role at an office."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", ""), *Role.choices])
    office = OfficeField(label=_("At"), help_text=_("It counts there and in the offices below."))
    until = forms.DateField(
        label=_("Until"),
        widget=Day,
        required=False,
        help_text=_("The last day; empty for as long as it lasts."),
    )


class NewPersonForm(WithinManaged, PersonForm):
    """A person to be added, with the first role."""

    role = forms.ChoiceField(
        label=_("First role"), choices=[("", _("none yet")), *Role.choices], required=False
    )
    office = OfficeField(label=_("At"), empty=_("none yet"), required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if bool(data.get("role")) != bool(data.get("office")) and not self.errors:
            missing = "office" if data.get("role") else "role"
            self.add_error(missing, _("A role is held at an office: choose both, or neither."))
        return data


class PeopleFilter(forms.Form):
    """Which people the list shows."""

    q = forms.CharField(label=_("Name or address"), required=False, widget=Search)
    office = OfficeField(label=_("Office, with those below"), empty=_("All"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("All")), *Role.choices], required=False)
    active = forms.ChoiceField(
        label=_("Account"),
        choices=[("", _("Active")), ("no", _("Deactivated")), ("all", _("All"))],
        required=False,
    )


class OfficeFilter(forms.Form):
    """Which offices the tree shows."""

    q = forms.CharField(label=_("Name, short name or alias"), required=False, widget=Search)
    closed = forms.BooleanField(label=_("Also offices that are closed"), required=False)


class RestDays(forms.TypedMultipleChoiceField):
    """Days of the week, kept as their ISO numbers in one string such as "67"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[(str(number), WEEKDAYS[number - 1]) for number in range(1, 8)],
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **options,
        )

    def clean(self, value: Any) -> str:
        days = "".join(sorted(super().clean(value) or ()))
        if len(days) == len(WEEKDAYS):
            raise ValidationError(_("On one day of the week at least someone must be there to be told."))
        return days


class OfficeForm(WithinManaged):
    """An office."""

    name = like(Office, "name")
    short_name = like(Office, "short_name", help_text=_("As in tables: “CO Ruritania”."))
    kind = like(Office, "kind")
    parent = OfficeField(label=_("Part of"), empty=_("none: it stands at the top"), required=False)
    starts_on = like(Office, "starts_on", widget=Day)
    ends_on = like(Office, "ends_on", widget=Day, help_text=_("The last day; empty while it exists."))
    rest_days = RestDays(
        label=_("Days of rest"),
        help_text=_("Nobody there is reminded on these days. Without any: as at the office above."),
    )


class MergerForm(WithinManaged):
    """Into which office another one is merged."""

    into = OfficeField(
        label=_("Merge into"),
        help_text=_("The office that goes on. You see what goes there before anything is done."),
    )


class ChangedOfficeForm(OfficeForm):
    """An office that exists. Its focal point is one of the people who hold a role there."""

    keep_old_name = forms.BooleanField(
        label=_("If the name changes, keep the old one as an alias until today"), required=False, initial=True
    )
    focal_point = forms.ModelChoiceField(
        label=_("Focal point"), queryset=User.objects.none(), required=False, empty_label=_("none")
    )
    field_order = ["name", "keep_old_name"]

    def __init__(self, *args: Any, office: Office, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.current(today).filter(office=office).values("person")
        people = User.objects.filter(Q(pk__in=members) | Q(pk=office.focal_point_id)).order_by("name")
        choice = cast("forms.ModelChoiceField[User]", self.fields["focal_point"])
        choice.queryset = people
        choice.help_text = _(
            "Gets what concerns the office when no one else is named. Someone with a role there."
        )


class QuietDaysForm(WithinManaged):
    """Days on which nobody at an office is reminded."""

    name = like(QuietDays, "name", help_text=_("Such as a holiday, or the closure at the end of the year."))
    office = OfficeField(
        label=_("Office, with those below"), empty=_("Everywhere"), required=False,
        help_text=_("“Everywhere” is for who manages the top."),
    )  # fmt: skip
    first = like(QuietDays, "first", widget=Day)
    last = like(QuietDays, "last", widget=Day, help_text=_("The last day."))


class AliasForm(forms.Form):
    """Another name of an office."""

    name = like(OfficeAlias, "name", label=_("Other name"))
    starts_on = like(OfficeAlias, "starts_on", label=_("Used from"), widget=Day)
    ends_on = like(OfficeAlias, "ends_on", label=_("Used until"), widget=Day)


class HandOverForm(forms.Form):
    """What a person holds goes to whom, and why: for each kind a tick and, if need be, its own taker."""

    OFFICES = "offices"

    way = forms.ChoiceField(
        label=_("Who takes it"),
        label_suffix="",
        widget=forms.RadioSelect,
        choices=[
            ("person", _("The person named here")),
            (OFFICES, _("The focal point of each thing’s office")),
        ],
        initial="person",
    )
    to = PersonField(
        label=_("New holder"),
        required=False,
        help_text=_("Name or e-mail address. Empty where the focal points take it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The new holder reads it, and the history keeps it."),
    )
    close = forms.BooleanField(label=_("Then deactivate the account"), required=False)

    def __init__(self, *args: Any, held: list[Holding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        for one in held:
            self.fields[f"take-{one.key}"] = forms.BooleanField(required=False, initial=True)
            self.fields[f"to-{one.key}"] = PersonField(required=False)

    def rows(self) -> list[tuple[Holding, forms.BoundField, forms.BoundField]]:
        """Each kind with its tick and its own taker."""
        return [(one, self[f"take-{one.key}"], self[f"to-{one.key}"]) for one in self.held]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        taken = [one for one in self.held if data.get(f"take-{one.key}")]
        named = data.get("way") == self.OFFICES or data.get("to") or "to" in self.errors
        if self.held and not taken and not data.get("close"):
            self.add_error(None, _("Tick what is to be handed over."))
        if not named and any(data.get(f"to-{one.key}") is None for one in taken):
            self.add_error("to", _("Name the new holder."))
        return data

    def takers(self) -> dict[str, User | None]:
        """The new holder of each kind that is ticked; ``None`` is the focal point of each thing's office."""
        data = self.cleaned_data
        everything = None if data["way"] == self.OFFICES else data["to"]
        return {one.key: data[f"to-{one.key}"] or everything for one in self.held if data[f"take-{one.key}"]}


class DeputyForm(forms.Form):
    """Who stands in, from when until when."""

    deputy = PersonField(label=_("Who stands in"), help_text=_("Name or e-mail address."))
    starts_on = like(Deputy, "starts_on", label=_("From"), widget=Day)
    ends_on = like(Deputy, "ends_on", label=_("Until"), widget=Day, help_text=_("The last day."))
    reason = like(Deputy, "reason", label=_("Reason"), help_text=_("Such as leave or a mission."))


class NameForm(forms.Form):
    """Who is to have it."""

    person = PersonField()
