"""deploy/compose.yaml, as far as it can be looked at without a container engine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core import config
from bot.core.config import SECRETS
from tests.support.paths import PROJECT

DEPLOY = PROJECT / "deploy"
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
MOUNTED = DEPLOY / "compose" / "config.yaml"
EXAMPLE = dict(
    line.split("=", 1)
    for line in (DEPLOY / "compose" / "env.example").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)


def test_images_are_pinned_to_a_version() -> None:
    images = [one["image"] for one in SERVICES.values() if "image" in one]
    assert len(images) == 2
    assert [image for image in images if not re.fullmatch(r"\w+:\d+\.\d+(\.\d+)?-\w+", image)] == []


def test_what_is_mounted_and_built_is_there() -> None:
    mounts = [mount.split(":") for one in SERVICES.values() for mount in one.get("volumes", ())]
    files = [mount for mount in mounts if mount[0].startswith(".")]
    assert [file for file in files if not (DEPLOY / file[0]).is_file() or file[2:] != ["ro"]] == []
    named = {mount[0] for mount in mounts} - {file[0] for file in files}
    assert named == set(yaml.safe_load(COMPOSE)["volumes"])
    build = SERVICES["troly"]["build"]
    dockerfile = DEPLOY / build["context"] / build["dockerfile"]
    copied = re.findall(r"^COPY (.+) \S+$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    assert copied
    names = {name for line in copied for name in line.split()}
    assert {name for name in names if not (PROJECT / name).exists()} == set()
    context = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line.removeprefix("!") for line in context if line.startswith("!")} == names


def test_only_https_is_published() -> None:
    assert {name: one["ports"] for name, one in SERVICES.items() if "ports" in one} == {
        "caddy": ["443:443"]
    }
    caddyfile = (DEPLOY / "compose" / "Caddyfile").read_text(encoding="utf-8")
    assert "auto_https disable_redirects" in caddyfile
    assert "http://" not in caddyfile
    listen = config.load(MOUNTED, {**EXAMPLE, "VNEID_DATA_KEY": "made up"}).listen
    assert f"reverse_proxy troly:{listen.port}" in caddyfile
    assert (listen.host, listen.behind_proxy) == ("0.0.0.0", True)  # noqa: S104 - in its container


def test_the_database_is_reached_by_the_service_alone() -> None:
    assert SERVICES["db"]["networks"] == ["back"]
    assert [name for name, one in SERVICES.items() if "back" in one["networks"]] == ["troly", "db"]
    assert yaml.safe_load(COMPOSE)["networks"]["back"] == {"internal": True}


def test_the_environment_is_what_is_read() -> None:
    """Each name of the example is used, and each name that is used stands in the example."""
    used = set(re.findall(r"\${(\w+)", COMPOSE + MOUNTED.read_text(encoding="utf-8")))
    assert set(EXAMPLE) == used
    assert used - {"VNEID_HOST", "POSTGRES_PASSWORD"} <= set(SECRETS.values())
    assert SERVICES["troly"]["env_file"] == [".env"]
    ignored = ["git", "check-ignore", "--quiet", "deploy/.env"]
    assert subprocess.run(ignored, cwd=PROJECT, check=False).returncode == 0


def test_no_secret_stands_in_a_file() -> None:
    assert {name for name, value in EXAMPLE.items() if value} == {"VNEID_HOST"}
    values = [value for one in SERVICES.values() for value in one.get("environment", {}).items()]
    literal = [name for name, value in values if "PASSWORD" in name and not value.startswith("${")]
    assert literal == []


def test_the_mounted_settings_are_those_of_a_deployment() -> None:
    settings = config.load(MOUNTED, {**EXAMPLE, "VNEID_DATA_KEY": "made up"})
    usual = config.load(PROJECT / "config.yaml", {})
    assert settings.booking.services == usual.booking.services
    assert settings.public_url == f"https://{EXAMPLE['VNEID_HOST']}"
    db = SERVICES["db"]["environment"]
    assert settings.database == f"postgresql://{db['POSTGRES_USER']}@db/{db['POSTGRES_DB']}"
    assert SERVICES["troly"]["environment"]["PGPASSWORD"] == db["POSTGRES_PASSWORD"]


def test_a_start_without_the_data_key_is_refused() -> None:
    with pytest.raises(config.Faults, match="VNEID_DATA_KEY"):
        config.load(MOUNTED, EXAMPLE)


def test_docker_reads_it(tmp_path: Path) -> None:
    """Where Docker's client with its plug-in is at hand; it needs no engine for this."""
    docker = shutil.which("docker")
    version = [docker or "docker", "compose", "version"]
    if not docker or subprocess.run(version, capture_output=True, check=False).returncode:
        pytest.skip("no docker compose here")
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    secrets = "".join(f"{name}={value or 'made-up'}\n" for name, value in EXAMPLE.items())
    (tmp_path / "deploy" / ".env").write_text(secrets, encoding="utf-8")
    command = [docker, "compose", "--file", "deploy/compose.yaml", "config", "--quiet"]
    subprocess.run(command, cwd=tmp_path, check=True)
