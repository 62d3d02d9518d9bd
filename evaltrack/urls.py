"""All addresses: the foundation's own here, those of the two storeys above included."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path, re_path

from evaltrack.views import account as own

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/", account.password_change, name="account_change_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/saved/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/signed-in/", own.signed_in_again, name="signed_in_again"),
    path("profile/", own.profile, name="profile"),
    path("admin/", admin.site.urls),
    path("", include("responses.urls")),
    path("", include("recommendations.urls")),
]
