"""The house's settings, read strictly from the environment; docs/operating.md lists the variables.

Three ways to run: the demo (DEMO=1), one machine (`manage.py up`) and a chain behind its own servers. The
demo and DEBUG may be loose; anything else must be safe or does not start.
"""

import os
import tomllib
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from clinic.environment import LOOPBACK, SMTP, Environment, is_loopback, is_weak, kept_secret
from clinic.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

env = Environment(os.environ)
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

# --- how this house runs ---------------------------------------------------------------------------------

DEMO = env.flag("DEMO", default=False)
DEBUG = env.flag("DEBUG", default=False)
ONE_MACHINE = env.flag("ONE_MACHINE", default=DEMO)
_MAY_BE_LOOSE = DEMO or DEBUG

SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY and (ONE_MACHINE or _MAY_BE_LOOSE):
    SECRET_KEY = kept_secret(VAR_DIR / "secret_key")
elif not SECRET_KEY:
    env.refuse("SECRET_KEY", "it is missing", "at least 50 random characters")
elif not _MAY_BE_LOOSE and is_weak(SECRET_KEY):
    env.refuse("SECRET_KEY", "it is too weak to sign with", "at least 50 random characters")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")

VAULT_ROOT = VAR_DIR / "vault"  # signatures, signed consents and photos, each file sealed
VAULT_KEYS = env.vault_keys("VAULT_KEYS", default=VAR_DIR / "vault_key" if _MAY_BE_LOOSE else None)

ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", default=LOOPBACK if ONE_MACHINE or _MAY_BE_LOOSE else ())
if not ALLOWED_HOSTS:
    env.refuse("ALLOWED_HOSTS", "it is missing", "the names people type, such as clinic.example.org")
elif not _MAY_BE_LOOSE and any("*" in host for host in ALLOWED_HOSTS):
    env.refuse("ALLOWED_HOSTS", "'*' answers to every name", "the names people type")

CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
for origin in CSRF_TRUSTED_ORIGINS:
    if "://" not in origin or "*" in origin:
        env.refuse("CSRF_TRUSTED_ORIGINS", f"{origin!r} is no full origin", "https://clinic.example.org")

# --- apps, bottom up -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "csp",
    "phonenumber_field",
    "anymail",
    "clinic",
    "stock",
    "patients",
    "ledger",
    "outbox",
    "intake",
    "booking",
    "treatments",
    "aftercare",
    "visits",
    "desk",
    "portal",
    "api",
]

MIDDLEWARE = [
    "api.middleware.ProblemsForMachines",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "clinic.middleware.HouseMiddleware",
    "desk.middleware.WithThePatient",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "desk.middleware.AnsweredOnce",
    "desk.middleware.BehindGlass",
    "desk.forwarding.Forwarded",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- database --------------------------------------------------------------------------------------------

_database = env.database("DATABASE_URL", default=VAR_DIR / "stipple.sqlite3")
_database["ATOMIC_REQUESTS"] = False
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,  # seconds a writer waits for its turn
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA busy_timeout=20000;",
    }
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        "server_side_binding": True,  # a statement that is asked often is planned once for its connection
        "prepare_threshold": 3,
        **_database.get("OPTIONS", {}),
        "options": "-c lock_timeout=3s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s",
    }
DATABASES = {"default": _database}

# --- people who sign in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "clinic.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"login": "clinic.sign_in_forms.SignIn", "reset_password": "clinic.sign_in_forms.ResetPassword"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # a manager enters colleagues; nobody signs up
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False  # a shared desk forgets its user when the browser closes
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    "take_back": "5/5m/key",  # of a device that a patient holds
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Stipple"

# --- between the browser and us --------------------------------------------------------------------------

_only_this_machine = all(is_loopback(host) for host in ALLOWED_HOSTS)
HTTPS = env.flag("HTTPS", default=not (_only_this_machine or _MAY_BE_LOOSE))
if not HTTPS and not _only_this_machine and not _MAY_BE_LOOSE:
    env.refuse("HTTPS", "cookies would travel unencrypted beyond this machine", "1, behind a TLS proxy")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", default=0, low=0, high=9)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; a working day
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
_scheme, _first = "https" if HTTPS else "http", (ALLOWED_HOSTS or LOOPBACK)[0].lstrip(".")
PUBLIC_URL = env.origin("PUBLIC_URL", default=f"{_scheme}://{_first}" + (":8000" if is_loopback(_first) else ""))
if HTTPS and not PUBLIC_URL.startswith("https://"):
    env.refuse("PUBLIC_URL", "a patient's link would travel unencrypted", "https://clinic.example.org")
_hsts_seconds = env.number("HSTS_SECONDS", default=31_536_000, low=0, high=63_072_000)
SECURE_HSTS_SECONDS = _hsts_seconds if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]  # whoever watches over the house asks from inside
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the second factor's square is drawn on the spot; a picture runs nothing
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- static files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "clinic.npm.NpmFinder",
]
NPM_ROOT = BASE_DIR / "node_modules"
NPM_FILES = [
    "bootstrap/dist/css/bootstrap.min.css",
    "signature_pad/dist/signature_pad.min.js",
    "@fontsource-variable/figtree/wght.css",
    "@fontsource-variable/figtree/files/*-wght-normal.woff2",
]
# One machine serves straight from the source folders; a chain runs collectstatic once for all its servers.
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage" if ONE_MACHINE or DEBUG else "clinic.npm.ManifestStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
    "vault": {"BACKEND": "clinic.vault.Vault"},
}
MEDIA_ROOT = VAR_DIR / "files"
WHITENOISE_USE_FINDERS = ONE_MACHINE or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- time and languages ----------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"  # of the database; each site shows its own
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
PHONENUMBER_DEFAULT_REGION = env.text("PHONE_REGION", "GB").upper()
if len(PHONENUMBER_DEFAULT_REGION) != 2 or not PHONENUMBER_DEFAULT_REGION.isalpha():
    env.refuse("PHONE_REGION", "it is not a country code", "two letters such as GB or ES")
    PHONENUMBER_DEFAULT_REGION = "GB"
PHONENUMBER_DB_FORMAT = "E164"

# --- machines --------------------------------------------------------------------------------------------

API_REQUESTS_A_MINUTE = env.number("API_REQUESTS_A_MINUTE", default=1200, low=1, high=1_000_000)  # of one key

# --- mail ------------------------------------------------------------------------------------------------

MAILBOX_DIR = VAR_DIR / "mailbox"  # where the demo's local mailbox keeps what it was sent
MAILBOX_PORT = env.number("MAILBOX_PORT", default=2525, low=1, high=65535)
_mail = env.mail("EMAIL_URL", default=f"smtp://127.0.0.1:{MAILBOX_PORT}" if _MAY_BE_LOOSE else "dummymail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_mail.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", default=20, low=1, high=60)  # seconds; far below the lease of a notice
MAILS_A_MINUTE = env.number("MAILS_A_MINUTE", default=60, low=1, high=1_000_000)  # of all workers together
MAIL_PROVIDER = env.provider("ANYMAIL_PROVIDER")
_provider_options = env.pairs("ANYMAIL_OPTIONS")
_webhook_secret = env.text("ANYMAIL_WEBHOOK_SECRET")
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    if not _provider_options:
        env.refuse("ANYMAIL_OPTIONS", "the provider would take no mail", "api_key=… or as the provider names it")
    if len(_webhook_secret) < 24 or ":" in _webhook_secret:
        env.refuse("ANYMAIL_WEBHOOK_SECRET", "anybody could report a bounce", "at least 24 random letters and digits")
ANYMAIL = {
    **{f"{MAIL_PROVIDER}_{name}".upper(): value for name, value in _provider_options.items()},
    "WEBHOOK_SECRET": f"stipple:{_webhook_secret}",
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "IGNORE_UNSUPPORTED_FEATURES": True,
}
if not _MAY_BE_LOOSE and not MAIL_PROVIDER:
    _remedy = "smtp+tls://user:password@host:587"
    if EMAIL_BACKEND != SMTP:
        env.refuse("EMAIL_URL", "messages to patients would reach nobody", _remedy)
    elif not (EMAIL_USE_TLS or EMAIL_USE_SSL or is_loopback(EMAIL_HOST)):
        env.refuse("EMAIL_URL", "mail would leave this machine unencrypted", _remedy)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "clinic@demo.invalid" if _MAY_BE_LOOSE else "")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if "@" not in DEFAULT_FROM_EMAIL:
    env.refuse("DEFAULT_FROM_EMAIL", "patients must see who writes", "Your clinic <hello@clinic.example.org>")

# --- work in the background ------------------------------------------------------------------------------

REDIS_URL = env.redis("REDIS_URL")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    _BROKER_DIR = VAR_DIR / "broker"
    for _part in ("messages", "control"):
        (_BROKER_DIR / _part).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER_DIR / "messages"),
        "data_folder_out": str(_BROKER_DIR / "messages"),
        "control_folder": str(_BROKER_DIR / "control"),
        "store_processed": False,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "stipple"
CELERY_TASK_QUEUES = [Queue("stipple", Exchange("stipple"), routing_key="stipple")]
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # every task may run twice
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120  # seconds
CELERY_TASK_TIME_LIMIT = 150  # seconds; a notice's lease is 3 minutes
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = SCHEDULE

# --- names that lower layers call without importing upwards ------------------------------------------------

NOTICE_OWNERS = {
    "booking": "booking.notices.still_wanted",
    "aftercare": "aftercare.plans.still_wanted",
    "incidents": "visits.incidents.still_wanted",
    "reactions": "visits.reactions.still_wanted",
    "recalls": "visits.recalls.still_wanted",
    "links": "visits.own_links.still_wanted",
    "protocols": "aftercare.protocols.still_wanted",
    "reports": "visits.reports.still_wanted",
}
NOTICE_PLANNERS = {"aftercare": "visits.notices.reconcile"}  # asked where several messages of one are due together
NOTICE_CALENDARS = {"booking": "booking.calendar_files.of"}  # the file that goes with a message, if any
PATIENT_MODEL = "patients.Patient"
LOT_HOLD = "treatments.recall_holds.refusal"
READ_GATE = "visits.access.refuse_behind_glass"
CLINICAL_LOADERS = ["intake.clinical.load", "treatments.clinical.load", "aftercare.clinical.load"]

# --- what the log tells ----------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without keys": {"()": "clinic.log_lines.WithoutKeys"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without keys"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "celery.apps.worker": {"level": "INFO"},  # says when a worker is ready
        "waitress.queue": {"level": "ERROR"},  # a browser opens six lines at once; that is no trouble
    },
}

env.finish()
