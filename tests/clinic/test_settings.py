"""A clinic starts with safe settings or not at all, and the refusal says what to set."""

import runpy
import stat
from pathlib import Path

import pytest
from django.conf import settings

from clinic.celery import app as celery_app
from clinic.environment import Environment, Refused, is_weak, kept_secret, prepare

SAFE = {
    "SECRET_KEY": "q8Zr-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
    "ALLOWED_HOSTS": "clinic.example.org",
    "EMAIL_URL": "smtp+tls://stipple:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Clinic <hello@clinic.example.org>",
    "VAULT_KEYS": "c2FmZTogMTIzNDU2Nzg5MCBhYmNkZWZnaGlqa2xtbm8",
}


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Return start(**environment), which reads the settings as a fresh process would and returns them."""

    def started(**environment: str) -> dict:
        monkeypatch.setattr("os.environ", {"VAR_DIR": str(tmp_path), **environment})
        return runpy.run_path(str(Path(settings.BASE_DIR) / "clinic" / "settings.py"))

    return started


def refusals(start, **environment: str) -> list[str]:
    """Return the lines of a refusal to start; the names of the variables stand first in them."""
    with pytest.raises(Refused) as refused:
        start(**environment)
    return [line.strip("- ") for line in str(refused.value).splitlines()[1:]]


def names(lines: list[str]) -> list[str]:
    return [line.split(":")[0] for line in lines]


def test_a_chain_starts_with_safe_values(start):
    found = start(**SAFE)

    assert (found["DEBUG"], found["DEMO"], found["ONE_MACHINE"]) == (False, False, False)
    assert found["ALLOWED_HOSTS"] == ["clinic.example.org"]
    assert [found[name] for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        (SAFE, "https://clinic.example.org"),
        (SAFE | {"PUBLIC_URL": "https://book.example.org/"}, "https://book.example.org"),
        ({"DEMO": "1"}, "http://localhost:8000"),
        ({"DEMO": "1", "PUBLIC_URL": "http://127.0.0.1:8123"}, "http://127.0.0.1:8123"),
    ],
)
def test_the_links_of_patients_lead_to_where_the_clinic_is_reached(start, environment, address):
    assert start(**environment)["PUBLIC_URL"] == address


def test_nothing_set_is_refused_and_every_missing_value_is_named(start):
    lines = refusals(start)

    assert names(lines) == ["SECRET_KEY", "VAULT_KEYS", "ALLOWED_HOSTS", "EMAIL_URL", "DEFAULT_FROM_EMAIL"]
    assert lines[0] == "SECRET_KEY: it is missing. Set SECRET_KEY to at least 50 random characters."
    assert 'python -c "import secrets; print(secrets.token_urlsafe(32))"' in lines[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "django-insecure-0123456789-abcdefghijklmnopqrstuvwxyz"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "clinic.example.org, *.example.org"),
        ("HTTPS", "0"),
        ("EMAIL_URL", "consolemail://"),
        ("EMAIL_URL", "dummymail://"),
        ("EMAIL_URL", "smtp://mail.example.org:25"),
        ("DEFAULT_FROM_EMAIL", "the clinic"),
        ("CSRF_TRUSTED_ORIGINS", "clinic.example.org"),
        ("CSRF_TRUSTED_ORIGINS", "https://*.example.org"),
        ("PUBLIC_URL", "http://clinic.example.org"),
        ("VAULT_KEYS", ""),
        ("VAULT_KEYS", "short"),
        ("VAULT_KEYS", "A" * 43),
        ("VAULT_KEYS", "c2FmZTogMTIzNDU2Nzg5MCBhYmNkZWZnaGlqa2xtbm8,no-key"),
    ],
)
def test_an_insecure_value_is_refused(start, name, value):
    assert names(refusals(start, **SAFE | {name: value})) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "ja"),
        ("ONE_MACHINE", "2"),
        ("TRUSTED_PROXIES", "many"),
        ("TRUSTED_PROXIES", "10"),
        ("HSTS_SECONDS", "-1"),
        ("DATABASE_URL", "oracle://host/name"),
        ("DATABASE_URL", "clinic.sqlite3"),
        ("REDIS_URL", "localhost:6379"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp+tls://mail.example.org:port"),
        ("PHONE_REGION", "Britain"),
        ("PUBLIC_URL", "clinic.example.org"),
        ("PUBLIC_URL", "ftp://clinic.example.org"),
        ("PUBLIC_URL", "https://clinic.example.org/stipple"),
        ("PUBLIC_URL", "https://clinic.example.org?a=1"),
        ("PUBLIC_URL", "https://dee@clinic.example.org"),
        ("PUBLIC_URL", "https://clinic.example.org:many"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_even_in_the_demo(start, name, value):
    assert names(refusals(start, **{"DEMO": "1", name: value})) == [name]


def test_the_demo_needs_nothing_and_keeps_its_own_secret(start, tmp_path):
    first, second = start(DEMO="1"), start(DEMO="1")

    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert not is_weak(first["SECRET_KEY"])
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert first["DEBUG"] is False


def test_the_demo_makes_its_own_key_of_the_vault_and_one_machine_asks_for_one(start, tmp_path):
    first, second = start(DEMO="1"), start(DEMO="1")

    assert first["VAULT_KEYS"] == second["VAULT_KEYS"]
    assert [len(key) for key in first["VAULT_KEYS"]] == [32]
    assert stat.S_IMODE((tmp_path / "vault_key").stat().st_mode) == 0o600
    assert names(refusals(start, **{"ONE_MACHINE": "1", **SAFE, "VAULT_KEYS": ""})) == ["VAULT_KEYS"]


def test_of_several_keys_the_first_seals(start):
    former = "Zm9ybWVyOiAxMjM0NTY3ODkwIGFiY2RlZmdoaWprbG0"
    found = start(**SAFE | {"VAULT_KEYS": f"{SAFE['VAULT_KEYS']}, {former}"})

    assert found["VAULT_KEYS"] == [b"safe: 1234567890 abcdefghijklmno", b"former: 1234567890 abcdefghijklm"]


def test_one_machine_may_do_without_https_while_only_it_can_reach_itself(start):
    mail = {"EMAIL_URL": "smtp://127.0.0.1:25", "DEFAULT_FROM_EMAIL": "hello@clinic.example.org"}
    mail["VAULT_KEYS"] = SAFE["VAULT_KEYS"]

    assert start(ONE_MACHINE="1", **mail)["SESSION_COOKIE_SECURE"] is False
    assert start(ONE_MACHINE="1", ALLOWED_HOSTS="clinic.lan", **mail)["SESSION_COOKIE_SECURE"] is True


PROVIDER = {
    "ANYMAIL_PROVIDER": "mailgun",
    "ANYMAIL_OPTIONS": "api_key=abc, sender_domain=mg.example.org",
    "ANYMAIL_WEBHOOK_SECRET": "twenty-four-letters-or-more",
}


def test_a_provider_takes_the_place_of_a_mail_server(start):
    safe = {name: value for name, value in SAFE.items() if name != "EMAIL_URL"}

    found = start(**safe, **PROVIDER)

    assert found["EMAIL_BACKEND"] == "anymail.backends.mailgun.EmailBackend"
    assert (found["ANYMAIL"]["MAILGUN_API_KEY"], found["ANYMAIL"]["MAILGUN_SENDER_DOMAIN"]) == ("abc", "mg.example.org")
    assert found["ANYMAIL"]["WEBHOOK_SECRET"] == "stipple:twenty-four-letters-or-more"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANYMAIL_PROVIDER", "pigeon"),
        ("ANYMAIL_OPTIONS", ""),
        ("ANYMAIL_OPTIONS", "abc"),
        ("ANYMAIL_WEBHOOK_SECRET", "short"),
    ],
)
def test_a_provider_that_could_not_work_or_be_trusted_is_refused(start, name, value):
    assert name in names(refusals(start, **{**SAFE, **PROVIDER, name: value}))


def test_redis_takes_the_place_of_the_folder(start):
    over_folder, over_redis = start(**SAFE), start(**SAFE, REDIS_URL="redis://127.0.0.1:6379/1")

    assert over_folder["CELERY_BROKER_URL"] == "filesystem://localhost"
    assert over_redis["CELERY_BROKER_URL"] == over_redis["CACHES"]["default"]["LOCATION"] == "redis://127.0.0.1:6379/1"


def test_beat_wakes_only_tasks_that_exist():
    celery_app.loader.import_default_modules()
    woken = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert woken - set(celery_app.tasks) == set()


def test_a_postgres_socket_may_stand_in_the_address():
    found = Environment({"DB": "postgres://ana@%2Frun%2Fpg/clinic"}).database("DB", default=Path("unused"))

    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/pg", "clinic", "ana")


def test_a_secret_that_another_process_made_first_wins(tmp_path):
    path = tmp_path / "house" / "secret_key"
    first = kept_secret(path)

    assert kept_secret(path) == first
    assert [held.name for held in path.parent.iterdir()] == ["secret_key"]


def test_commands_that_write_source_need_no_secrets_and_up_names_its_mode():
    def prepared(*argv: str) -> dict[str, str]:
        environ: dict[str, str] = {}
        prepare(["manage.py", *argv], environ)
        return environ

    assert prepared("migrate") == {}
    assert prepared("makemigrations") == {"DEMO": "1"}
    assert prepared("up") == {"ONE_MACHINE": "1"}
    assert prepared("up", "--demo").keys() == {"ONE_MACHINE", "DEMO", "MAILBOX_PORT"}
