"""Settings from the environment: every default works on a laptop, and nothing unsafe starts."""

import os
import stat
import subprocess
import sys

import pytest

from config import ROOT, Settings, UnsafeSettings

GOOD = {
    "DESKHAND_ENV": "production",
    "SECRET_KEY": "k3J9xw2LqPz8vNf0RtYb6uMa1sDg5hCe",
    "BASE_URL": "https://help.example.org",
    "TRUSTED_HOSTS": "help.example.org",
    "DATABASE_URL": "postgresql://desk@db/desk",
}


def read(tmp_path, **environ) -> Settings:
    return Settings.from_environment({"INSTANCE_PATH": str(tmp_path), **environ})


def test_nothing_at_all_is_a_laptop(tmp_path):
    settings = read(tmp_path)
    assert settings.database_url.database == str(tmp_path / "deskhand.db")
    assert settings.base_url == "http://127.0.0.1:8000"
    assert len(settings.secret_key) >= 32
    assert settings.secret_key == read(tmp_path).secret_key
    key = tmp_path / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert settings.secret_key not in repr(settings)


def test_the_scanner_is_a_program_with_arguments_and_never_a_shell(tmp_path):
    assert read(tmp_path).scan_command == ()
    command = read(tmp_path, SCAN_COMMAND="clamdscan --config 'a b' -").scan_command
    assert command == ("clamdscan", "--config", "a b", "-")


def test_production_starts_when_everything_is_said(tmp_path):
    settings = read(tmp_path, **GOOD)
    assert settings.production
    assert settings.https
    assert settings.database_url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "dev"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 40}, "SECRET_KEY"),
        ({"SECRET_KEY": "short-but-random-9f3"}, "SECRET_KEY"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"BASE_URL": "http://help.example.org"}, "BASE_URL"),
        ({"BASE_URL": "ftp://x"}, "BASE_URL"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS"),
        ({"TRUSTED_PROXIES": "nonsense"}, "TRUSTED_PROXIES"),
        ({"RATE_LIMITS": "off"}, "RATE_LIMITS"),
        ({"RATE_LIMITS": "maybe"}, "RATE_LIMITS"),
        ({"DESKHAND_ENV": "staging"}, "DESKHAND_ENV"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "::"}, "DATABASE_URL"),
        ({"MAIL_URL": "imap://x"}, "MAIL_URL"),
        ({"SCAN_COMMAND": "clamdscan 'x"}, "SCAN_COMMAND"),
        ({"PORT": "0"}, "PORT"),
        ({"PORT": "eight"}, "PORT"),
    ],
)
def test_what_is_unsafe_does_not_start_and_says_which(tmp_path, change, names):
    with pytest.raises(UnsafeSettings) as refused:
        read(tmp_path, **{**GOOD, **change})
    lines = str(refused.value).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(names)


def test_every_wrong_setting_is_named_at_once(tmp_path):
    with pytest.raises(UnsafeSettings) as refused:
        read(tmp_path, DESKHAND_ENV="production")
    assert [line.split(" ")[0] for line in str(refused.value).splitlines()] == [
        "BASE_URL",
        "SECRET_KEY",
        "TRUSTED_HOSTS",
    ]


@pytest.mark.slow
def test_an_unsafe_start_ends_with_a_line_and_no_traceback(tmp_path):
    environment = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(tmp_path)}
    environment |= {"DESKHAND_ENV": "production"}
    ended = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "SECRET_KEY is missing" in ended.stderr
    assert "Traceback" not in ended.stderr
