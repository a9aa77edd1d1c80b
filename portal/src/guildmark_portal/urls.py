"""Every address of the portal."""

from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path

from guildmark_portal.accounts.account_page import show as account_page
from guildmark_portal.accounts.admin import sign_in_for_admin
from guildmark_portal.accounts.views import confirm_device

# Chosen one by one: of allauth's pages, those that deal in passwords are left out.
accounts = [
    path("login/", account_views.login, name="account_login"),
    path("login/code/", account_views.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account_views.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", account_views.logout, name="account_logout"),
    path("signup/", account_views.signup, name="account_signup"),
    path("confirm-email/", account_views.email_verification_sent, name="account_email_verification_sent"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
]

urlpatterns = [
    path("admin/login/", sign_in_for_admin),
    path("admin/", admin.site.urls),
    path("account/", account_page, name="account"),
    path("accounts/", include(accounts)),
    path("api/", include("guildmark_portal.api.urls")),
    path("identity/o/device", confirm_device),  # before allauth's, which it guards
    path("", include("allauth.idp.urls")),
    path("", include("guildmark_portal.web.urls")),
]
