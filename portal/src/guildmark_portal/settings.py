"""Django's settings, read from `GUILDMARK_DATA`, the directory that `guildmark-portal init` makes.

With `GUILDMARK_DATA` set, the directory must be complete: anything missing is refused with the next step. Without it, a
**throwaway** directory with fresh secrets is used and removed at exit: enough for tests, type checks and `makemigrations`,
and refused by everything that serves (`GUILDMARK_THROWAWAY`). Read settings through `django.conf.settings`.

Beyond Django's own:

    DATA_DIR, BLOBS_DIR, BANKS_DIR      pathlib.Path
    PORTAL_URL                          "https://exam.example.org", without a slash at its end
    ORGANISATION                        who issues certificates
    SUPPORT_CONTACT                     whom candidates write to where their program names nobody; may be empty
    MASTER_SECRET                       32 bytes; draws and bundle keys are derived from it by HMAC
    SIGNING_KEYS                        tuple of portal_secrets.SigningKey; the first one not retired signs
    ISSUER_KEYS                         tuple of portal_secrets.IssuerKey; of each kind the first one not retired signs
    COUNTRY_HEADER, REGION_HEADER       headers of a proxy that say where a connection seems to come from; may be empty
    GRADER_SOCKET                       path of the grading service's Unix socket
    IDENTITY_RETENTION_DAYS             days after the decision on a check of identity until its evidence is shredded
    IDENTITY_REVIEWERS                  reviewers who must approve a check: 1 or 2
    RECOVERY_WAIT_HOURS                 hours for which somebody can object to a recovery of their account
    OUTAGE_AFTER_S                      seconds without a sign of life after which the time since then is an outage
    IDENTITY_PROVIDER                   identity_provider_config.IdentityProvider; its `kind` is empty for none
    IDENTITY_PROVIDER_SECRETS           its key and webhook secret: never logged
    BADGE_PROVIDER                      badge_provider_config.BadgeProviderConfig; its `kind` is empty for none
    BADGE_PROVIDER_SECRETS              its key and webhook secrets: never logged
    PAYMENTS                            payments_config.Payments; its `mode` is empty where nothing is sold
    PAYMENT_SECRETS                     the payment provider's key and webhook secret: never logged
    MAIL_BOUNCES                        mailbox for letters that come back; may be empty
    GRADING_SLOTS                       how many gradings run at the same time
    JOB_LANES                           lane -> number of threads of the job runner
    JOB_KIND_LANES                      kind of job -> lane; any other kind runs in "default"
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from guildmark.protocol import CLIENT_ID
from guildmark_portal import (
    badge_provider_config,
    clock,
    content_policy,
    database,
    database_config,
    datadir,
    identity_provider_config,
    logs,
    payments_config,
    portal_secrets,
    rate_limits,
    sign_in_providers,
)

PACKAGE = Path(__file__).parent

# The data directory -------------------------------------------------------------------------------------------------

GUILDMARK_THROWAWAY = not os.environ.get("GUILDMARK_DATA")
if GUILDMARK_THROWAWAY:
    DATA_DIR = Path(tempfile.mkdtemp(prefix="guildmark-throwaway-"))
    atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
    for _name in datadir.FOLDERS:
        (DATA_DIR / _name).mkdir()
    _config = datadir.Config()
    _secrets = portal_secrets.Secrets.generate(organisation=_config.organisation, now=clock.now())
else:
    DATA_DIR = Path(os.environ["GUILDMARK_DATA"]).resolve()
    try:
        _config, _secrets = datadir.read_config(DATA_DIR), datadir.read_secrets(DATA_DIR)
    except datadir.DataDirectoryUnusable as error:
        raise ImproperlyConfigured(str(error)) from error

BLOBS_DIR, BANKS_DIR = DATA_DIR / "blobs", DATA_DIR / "banks"
ORGANISATION = _config.organisation
SUPPORT_CONTACT = _config.support_contact
PORTAL_URL = (os.environ.get("GUILDMARK_URL") or _config.url).rstrip("/")  # `serve` knows the port of a local portal
MASTER_SECRET = _secrets.master_secret
SIGNING_KEYS = _secrets.signing_keys
ISSUER_KEYS = _secrets.issuer_keys
GRADING_SLOTS = _config.grading_slots
IDENTITY_RETENTION_DAYS = _config.identity_retention_days
IDENTITY_REVIEWERS = _config.identity_reviewers
RECOVERY_WAIT_HOURS = _config.recovery_wait_hours
OUTAGE_AFTER_S = _config.outage_after_s
IDENTITY_PROVIDER = _config.identity_provider
IDENTITY_PROVIDER_SECRETS = identity_provider_config.secrets_of(_secrets.identity_provider)
BADGE_PROVIDER = _config.badge_provider
try:
    BADGE_PROVIDER_SECRETS = badge_provider_config.secrets_of(_secrets.badge_provider)
except badge_provider_config.BadgeProviderUnfit as error:
    raise ImproperlyConfigured(str(error)) from error
PAYMENTS = _config.payments
PAYMENT_SECRETS = payments_config.secrets_of(_secrets.payments)
COUNTRY_HEADER, REGION_HEADER = _config.country_header, _config.region_header
GRADER_SOCKET = os.environ.get("GUILDMARK_GRADER_SOCKET") or str(DATA_DIR / "run" / "grader.sock")

JOB_LANES = {"grade": GRADING_SLOTS + 1, "mail": 3, "providers": 2, "payments": 1, "default": 2}
JOB_KIND_LANES = {  # a mail server that hangs holds up letters alone, a badge provider hand-overs
    "grade": "grade",
    "mail": "mail",
    "badge.hand_over": "providers",
    "badge.take_back": "providers",
    "order.settle": "payments",
    "order.refund": "payments",
    "order.close": "payments",
}

# The application ----------------------------------------------------------------------------------------------------

DEBUG = False
SECRET_KEY, *SECRET_KEY_FALLBACKS = _secrets.django_secret_keys
ROOT_URLCONF = "guildmark_portal.urls"
ASGI_APPLICATION = "guildmark_portal.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "guildmark_portal.web",  # before allauth: its templates replace allauth's
    "guildmark_portal.registry",
    "guildmark_portal.api",
    "guildmark_portal.engine",
    "guildmark_portal.operations",
    "guildmark_portal.directory",
    "guildmark_portal.credentials",
    "guildmark_portal.handbook",
    "guildmark_portal.cohorts",
    "guildmark_portal.stipends",
    "guildmark_portal.transfers",
    "guildmark_portal.orders",
    "guildmark_portal.vouchers",
    "guildmark_portal.exams",
    "guildmark_portal.identity",
    "guildmark_portal.profiles",
    "guildmark_portal.accounts",
    "guildmark_portal.mail",
    "guildmark_portal.jobs",
    "guildmark_portal.audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.idp.oidc",
    "csp",
    "guildmark_portal.accounts.administration_app.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guildmark_portal.accounts.languages.LanguageOfTheAccount",
    "guildmark_portal.accounts.not_stored.NotStored",
    "django.contrib.messages.middleware.MessageMiddleware",
    "guildmark_portal.web.refused_bodies.RefusedBody",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guildmark_portal.request_threads.in_one_thread",  # the innermost
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database -------------------------------------------------------------------------------------------------------

DATABASES = {
    "default": database.of(_config.database, folder=DATA_DIR, password=database_config.password(_secrets.database_password))
}
CACHES = {"default": database.CACHE}

# Addresses, cookies and headers -------------------------------------------------------------------------------------

_address = urlsplit(PORTAL_URL)
_https = _address.scheme == "https"
_loopback = {"127.0.0.1", "localhost", "[::1]"}
ALLOWED_HOSTS = sorted(
    {_address.hostname or "", *(_loopback if _address.hostname in {"127.0.0.1", "localhost"} else ())} - {""}
)
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # of a form without its files; what is larger may be a file alone: see `bodies`
FILE_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024  # papers and photos never touch the disk in plain: `LONGEST_FORM_WITH_PAPERS`

# Static files -------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
_hashed = "servestatic.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # A throwaway portal collects nothing: its files keep their names and are found where they are.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if GUILDMARK_THROWAWAY else _hashed
    },
}
SERVESTATIC_USE_FINDERS = GUILDMARK_THROWAWAY
SERVESTATIC_AUTOREFRESH = False

# Language and time --------------------------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ko", "한국어"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "guildmark_portal.formats"

# Accounts: an e-mail address and a code, never a password -----------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "guildmark_portal.accounts.backends.Permissions",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/exam/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
ACCOUNT_ADAPTER = "guildmark_portal.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_SIGNUP_FORM_CLASS = "guildmark_portal.accounts.forms.NameForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_CHANGE_EMAIL = True  # one address; the new one takes its place once its code was entered
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60  # how long a sign-in counts as fresh
ACCOUNT_RATE_LIMITS = rate_limits.OF_ACCOUNTS
MFA_ADAPTER = "guildmark_portal.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = rate_limits.OF_SECOND_STEPS
MFA_FORMS = {
    "add_webauthn": "guildmark_portal.accounts.forms.PasskeyForm",
    "authenticate": "guildmark_portal.accounts.app_codes.SignInForm",
    "reauthenticate": "guildmark_portal.accounts.app_codes.FreshSignInForm",
}
MFA_TOTP_ISSUER = ORGANISATION
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey signs in by itself, so it asks for a finger, a face or a PIN

# Sign-in of other organisations: an address that an organisation is not trusted for is proved by a code ---------------

SOCIALACCOUNT_ADAPTER = "guildmark_portal.accounts.providers.Adapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SIGN_IN_TRUSTED_DOMAINS = {provider.id: provider.trusted_domains for provider in _config.sign_in.all}
try:
    SOCIALACCOUNT_PROVIDERS = sign_in_providers.for_allauth(_config.sign_in, DATA_DIR, _secrets.sign_in_secrets)
except sign_in_providers.Unfit as error:
    raise ImproperlyConfigured(str(error)) from error
CONTENT_SECURITY_POLICY = content_policy.leading_to(
    [
        *sign_in_providers.destinations(SOCIALACCOUNT_PROVIDERS),
        *([IDENTITY_PROVIDER.pages] if IDENTITY_PROVIDER.kind else []),
        *([PAYMENTS.pages] if PAYMENTS.mode == payments_config.STRIPE else []),
    ]
)

# The client's sign-in: an OpenID provider with the device grant -----------------------------------------------------

IDP_OIDC_ADAPTER = "guildmark_portal.accounts.adapter.OIDCAdapter"
IDP_OIDC_PRIVATE_KEY = _secrets.oidc_private_keys[0]
IDP_OIDC_PRIVATE_KEYS = [{"pem": pem} for pem in _secrets.oidc_private_keys]
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 30 * 24 * 3600  # outlives an attempt by far: nobody signs in again in mid-exam
# Not rotated: an answer lost on the way, or terminal and IDE refreshing at once, would sign a candidate out in mid-exam.
IDP_OIDC_ROTATE_REFRESH_TOKEN = False
IDP_OIDC_DEVICE_CODE_EXPIRES_IN = 10 * 60
IDP_OIDC_DEVICE_CODE_INTERVAL = 2
IDP_OIDC_RATE_LIMITS = rate_limits.OF_DEVICES
OIDC_CLIENT_ID = CLIENT_ID
OIDC_CLIENT_SCOPES = ["openid", "profile", "email"]

# Mail ---------------------------------------------------------------------------------------------------------------

_smtp = _config.mail.transport == "smtp"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if _smtp else "guildmark_portal.mail.console.ConsoleBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _config.mail.sender
MAIL_BOUNCES = _config.mail.bounces
EMAIL_HOST, EMAIL_PORT = _config.mail.host, _config.mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _config.mail.username, _secrets.smtp_password
EMAIL_USE_TLS, EMAIL_USE_SSL = _config.mail.security == "starttls", _config.mail.security == "tls"
EMAIL_TIMEOUT = 20

# Logging: to stderr, never what was sent or a secret ----------------------------------------------------------------

LOGGING = logs.to_stderr(ALLOWED_HOSTS)
