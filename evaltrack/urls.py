from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("admin/", admin.site.urls),
    path("", include("responses.urls")),
    path("", include("recommendations.urls")),
]
