"""The technical administration: for looking, never for changing, because only rules write the history."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from evaltrack.models import AuditEntry, Membership, Office, OfficeAlias, User


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("name", "email", "is_active", "is_superuser", "last_login")
    search_fields = ("name", "email")
    exclude = ("password", "groups", "user_permissions")


@admin.register(Office)
class OfficeAdmin(ReadOnly):
    list_display = ("name", "short_name", "kind", "parent", "starts_on", "ends_on")
    list_select_related = ("parent",)
    search_fields = ("name", "short_name")


@admin.register(OfficeAlias)
class OfficeAliasAdmin(ReadOnly):
    list_display = ("name", "office", "starts_on", "ends_on")
    list_select_related = ("office",)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("person", "role", "office", "starts_on", "ends_on")
    list_select_related = ("person", "office")
    list_filter = ("role",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "actor", "verb", "target_type", "target")
    list_filter = ("verb", "target_type")
    search_fields = ("actor", "target")
