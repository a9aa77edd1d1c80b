"""Every address of the portal."""

from allauth.account import views as account_views
from allauth.socialaccount import views as social_views
from django.contrib import admin
from django.urls import include, path

from guildmark_portal.accounts import (
    closing_page,
    data_page,
    deletion_page,
    fresh_page,
    recovery_page,
    roles_page,
    sessions_page,
)
from guildmark_portal.accounts.account_page import show as account_page
from guildmark_portal.accounts.admin import sign_in_for_admin
from guildmark_portal.accounts.languages import choose as choose_language
from guildmark_portal.accounts.views import ask_for_device_code, confirm_device

# Chosen one by one: of allauth's pages, those that deal in passwords are left out.
accounts = [
    path("login/", account_views.login, name="account_login"),
    path("login/code/", account_views.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", account_views.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", account_views.logout, name="account_logout"),
    path("signup/", account_views.signup, name="account_signup"),
    path("confirm-email/", account_views.email_verification_sent, name="account_email_verification_sent"),
    path("reauthenticate/", fresh_page.show, name="account_reauthenticate"),
    path("recovery/<str:token>/", recovery_page.show_by_link, name="account_recovery_object"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("elsewhere/cancelled/", social_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("elsewhere/error/", social_views.login_error, name="socialaccount_login_error"),
    path("elsewhere/signup/", social_views.signup, name="socialaccount_signup"),
    path("elsewhere/oidc/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("elsewhere/", include("allauth.socialaccount.providers.saml.urls")),
]

# One's own account.
account = [
    path("", account_page, name="account"),
    path("email/", account_views.email, name="account_email"),
    path("security/", include("allauth.mfa.urls")),
    path("elsewhere/", social_views.connections, name="socialaccount_connections"),
    path("sessions/", sessions_page.show, name="account_sessions"),
    path("data/", data_page.show, name="account_data"),
    path("delete/", deletion_page.show, name="account_delete"),
    path("close/", closing_page.show, name="account_close"),
    path("recovery/", recovery_page.show_own, name="account_recovery"),
    path("recoveries/", recovery_page.show_all, name="account_recoveries"),
    path("roles/", roles_page.show, name="account_roles"),
]

handler400 = "guildmark_portal.web.refused_bodies.bad_request"

urlpatterns = [
    path("language/", choose_language, name="language"),
    path("admin/login/", sign_in_for_admin),
    path("admin/", admin.site.urls),
    path("account/", include(account)),
    path("accounts/", include(accounts)),
    path("api/", include("guildmark_portal.api.urls")),
    path("identity/o/device", confirm_device),  # before allauth's, which it guards
    path("identity/o/api/device/code", ask_for_device_code),  # as above
    path("", include("allauth.idp.urls")),
    path("", include("guildmark_portal.web.urls")),
]
