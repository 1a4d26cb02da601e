"""Settings, read from the environment only (see ``.env.example``).

``manage.py``, the tests and ``make run`` fill the database and Redis addresses from the embedded
servers (``crm.local``) when they are unset.
"""

import logging
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from crm import queues
from crm.local.mailbox import mailbox_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

VAR = Path(env("ANGLER_VAR", default=str(BASE_DIR / "var")))  # everything local that is not code
DEBUG = env.bool("DEBUG", default=False)
TESTING = env.bool("ANGLER_TESTING", default=False)
SECRET_KEY = env("SECRET_KEY", default="insecure-local-key" if DEBUG or TESTING else environ.Env.NOTSET)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
BASE_URL = env("BASE_URL", default="http://localhost:8000")
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "crm.ui",
    "crm.tenants",
    "crm.events",
    "crm.users",
    "crm.runs",
    "crm.picklists",
    "crm.fields",
    "crm.records",
    "crm.undo",
    "crm.saved_views",
    "crm.pages",
    "crm.notices",
    "crm.activities",
    "crm.mailing_lists",
    "crm.search",
    "crm.imports",
    "crm.bulk",
    "accounts",
    "accounts.vendors",
    "contacts",
    "opportunities",
    "leads",
    "reports",
    "crm.setup",
    "crm.home",
    "crm.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "crm.ui.broken_text.RefuseBrokenText",
    "crm.tenants.middleware.WorkspacePath",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "crm.ui.too_long.TellTooLong",
    "crm.pages.middleware.TellAnsweredKey",
    "crm.pages.middleware.KeepForms",
    "crm.users.middleware.EnterWorkspace",
]

ROOT_URLCONF = "crm.urls"
WORKSPACE_URLCONF = "crm.workspace_urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "crm.ui.jinja.Templates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # the widgets of Django's forms
        "OPTIONS": {
            "context_processors": ["django.contrib.messages.context_processors.messages", "crm.ui.context.frame"],
            "vocabularies": ["crm.ui.vocabulary", "crm.users.vocabulary", "crm.pages.vocabulary", "reports.vocabulary"],
        },
    },
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True},  # what allauth says by itself
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Two roles: crm_owner owns the tables and migrates, crm_app serves and can be stopped by row-level security.
DATABASES = {
    "default": env.db("DATABASE_URL", default="postgres:///angler"),
    "owner": env.db("OWNER_DATABASE_URL", default=env.str("DATABASE_URL", default="postgres:///angler")),
}
for _database in DATABASES.values():
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "connect_timeout": 5}
    # PgBouncer in transaction mode sits well in between: no server-side cursors, nothing kept in the session.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
# A page that takes longer than this is stopped, and says so; workers have more time. The role of the serving processes
# has the same limits (roles.sql): behind PgBouncer, which refuses start-up options, only those hold.
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=30)
if env.bool("DATABASE_LIMITS", default=True):
    _limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": STATEMENT_SECONDS / 3,
        "idle_in_transaction_session_timeout": STATEMENT_SECONDS * 2,
    }
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(f"-c {name}={int(s)}s" for name, s in _limits.items())
# Of what pages ask again and again the database keeps the plan; a pool between must know of that (README.md).
if env.bool("PREPARED_STATEMENTS" if env("PREPARED_STATEMENTS", default="") else "DATABASE_LIMITS", default=True):
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "crm.ground.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "angler",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }
}

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:  # the tests make hundreds of people; how slow a hash is, is none of their business
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/auth/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/auth/login/"
ACCOUNT_ADAPTER = "crm.users.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "crm.users.account_forms.LoginForm",
    "reset_password": "crm.users.account_forms.ResetPasswordForm",
    "reset_password_from_key": "crm.users.account_forms.ResetPasswordKeyForm",
    "change_password": "crm.users.account_forms.ChangePasswordForm",
    "set_password": "crm.users.account_forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {  # wrong passwords: crm/users/guessing.py
    "login": "120/m/ip",  # an office shares its address
    "reset_password": "20/m/ip,5/h/key",
    "signup_mail": "30/h/ip,3/h/key",
    "prove_address": "5/h/key",
}
USERSESSIONS_TRACK_ACTIVITY = False
# Behind a proxy all requests come from its address: throttling must count those that the proxy names.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0

# Left empty, no mail leaves: pages say so, and offer links to hand over. ``make run`` keeps mails in a folder instead,
# which the admin of the demo reads (crm/local/mailbox.py).
EMAIL_URL = env("EMAIL_URL", default="")
MAILBOX = mailbox_of(env("ANGLER_MAILBOX", default=""), base_url=BASE_URL, email_url=EMAIL_URL)
MAIL_LEAVES = bool(EMAIL_URL) and not EMAIL_URL.startswith(("consolemail:", "dummymail:", "filemail:"))
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
if MAILBOX:
    EMAIL_BACKEND = "crm.local.mailbox.MailboxBackend"
EMAIL_TIMEOUT = 10
SIGN_UP = env("SIGN_UP", default="")  # open, closed, or "": see crm/users/mailing.py
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Angler <no-reply@localhost>")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]  # those with a catalogue of words; crm/users/choices.py says the rest
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["crm.ui.stylesheet.Finder", "django.contrib.staticfiles.finders.AppDirectoriesFinder"]
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR / "media")))
_static_backend = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG or TESTING
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_backend},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING  # a test client would list all files each time

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = queues.QUICK
CELERY_TASK_ROUTES = ["crm.celery.route"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 0.2, "max_retries": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 3600

# Only our own files; no inline script or style, so that a stored string can never run.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "crm.users.session_store"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "crm.pages.kept_pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
MEGABYTE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * MEGABYTE
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * MEGABYTE  # larger ones go through the disk
FILE_UPLOAD_HANDLERS = [
    "crm.ui.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_MAX_BYTES = env.int("FILE_MAX_MB", default=20) * MEGABYTE  # one file on a record
FILES_MAX_BYTES = env.int("FILES_MAX_MB", default=10 * 1024) * MEGABYTE  # all on the records of a workspace
UPLOAD_MAX_BYTES = max(100 * MEGABYTE, FILE_MAX_BYTES + MEGABYTE)  # all that one request brings

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "crm.logs.JSONLines",
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING" if TESTING else "INFO")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request: how it ended

RECORDS_KEPT_DAYS = 30  # how long a deleted record can be brought back
