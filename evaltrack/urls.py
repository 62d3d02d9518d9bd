"""All addresses: the foundation's own here, those of the two storeys above included."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from evaltrack import health
from evaltrack.views import (
    access,
    deliveries,
    deputies,
    hand_over,
    inbound,
    notifications,
    offices,
    people,
    quiet,
    tokens,
)
from evaltrack.views import account as own

# The administration's own sign-in knows no rate limit; ours is the only door.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/saved/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"
    ),
    path("signed-in/", own.signed_in_again, name="signed_in_again"),
]

persons = [
    path("", people.people_list, name="people"),
    path("add/", people.person_add, name="person_add"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("<int:pk>/invite/", people.person_invite, name="person_invite"),
    path("<int:pk>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("<int:pk>/activate/", people.person_activate, name="person_activate"),
    path("<int:pk>/roles/", people.role_grant, name="role_grant"),
    path("roles/<int:pk>/end/", people.role_end, name="role_end"),
    path("<int:pk>/access/", access.person_access, name="person_access"),
    path("<int:pk>/hand-over/", hand_over.person_hand_over, name="person_hand_over"),
    path("<int:pk>/deputies/", deputies.deputy_name, name="deputy_name"),
    path("deputies/<int:pk>/end/", deputies.deputy_end, name="deputy_end"),
]

units = [
    path("", offices.office_list, name="offices"),
    path("add/", offices.office_add, name="office_add"),
    path("<int:pk>/", offices.office, name="office"),
    path("<int:pk>/edit/", offices.office_edit, name="office_edit"),
    path("<int:pk>/merge/", offices.office_merge, name="office_merge"),
    path("<int:pk>/aliases/", offices.alias_add, name="alias_add"),
    path("quiet/", quiet.quiet_list, name="quiet_days"),
    path("quiet/<int:pk>/remove/", quiet.quiet_remove, name="quiet_remove"),
    path("aliases/<int:pk>/remove/", offices.alias_remove, name="alias_remove"),
]

mails = [
    path("", deliveries.delivery_list, name="deliveries"),
    path("<int:pk>/", deliveries.delivery, name="delivery"),
    path("<int:pk>/again/", deliveries.delivery_again, name="delivery_again"),
    path("received/", inbound.inbound_list, name="inbound_mails"),
    path("received/<int:pk>/", inbound.inbound_mail, name="inbound_mail"),
    path("returned/<int:pk>/settle/", inbound.bounce_settle, name="bounce_settle"),
]

handler500 = "evaltrack.views.errors.failed"

told = [
    path("", notifications.notification_list, name="notifications"),
    path("bell/", notifications.bell, name="notification_bell"),
    path("read/", notifications.read_all, name="notifications_read"),
    path("<int:pk>/", notifications.notification, name="notification"),
]

urlpatterns = [
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("accounts/", include(accounts)),
    path("profile/", own.profile, name="profile"),
    path("profile/tokens/", tokens.token_list, name="tokens"),
    path("profile/tokens/<uuid:ref>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("api/", include("evaltrack.api.urls")),
    path("profile/notifications/", notifications.choices, name="notification_choices"),
    path("profile/notifications/reset/", notifications.choices_reset, name="notification_choices_reset"),
    path("notifications/", include(told)),
    path("profile/mail/", deliveries.my_mail, name="my_mail"),
    path("mail/", include(mails)),
    path("people/", include(persons)),
    path("offices/", include(units)),
    path("roles/", people.roles, name="roles"),
    path("admin/", admin.site.urls),
    path("", include("responses.urls")),
    path("", include("recommendations.urls")),
]
