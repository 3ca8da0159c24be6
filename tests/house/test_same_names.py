"""Settings, their page, .env.example, compose.yaml and what administrators are told to type name the same things."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dispatch.cli.commands import app
from dispatch.settings import PREFIX, SECRETS, Settings, load, names
from workers import supervisor

ROOT = Path(__file__).parents[2]
VARIABLES = {PREFIX + name.upper() for name in names()}
FILES = {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
#: A live service has neither a made-up clock nor an open door.
NOT_LIVE = {"DISPATCH_CLOCK", "DISPATCH_DEMO"}
#: The services of compose.yaml that are ours, and the one that ends by itself.
OURS = {"api", "worker", "ticker", "sweeper", "migrate"}


def _documented() -> dict[str, tuple[str, str]]:
    """Setting -> (default, whether it may be a file), as the table says."""
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(DISPATCH_\w+)` \| (.+?) \| (yes|no) \| .+ \|$", text, re.MULTILINE)
    return {name: (default, file) for name, default, file in rows}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return parsed


def test_every_setting_is_documented_and_nothing_else() -> None:
    assert list(_documented()) == [PREFIX + name.upper() for name in names()]


def test_the_documented_defaults_are_the_real_ones() -> None:
    real = {PREFIX + n.upper(): Settings.model_fields[n].default for n in names()}
    shown = {name: "none" if value is None else f"`{value}`" for name, value in real.items()}
    assert {name: default for name, (default, _) in _documented().items()} == shown


def test_the_documented_secrets_are_the_real_ones() -> None:
    assert {f"{name}_FILE" for name, (_, file) in _documented().items() if file == "yes"} == FILES


def test_the_example_names_every_setting_and_every_file() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#?(DISPATCH_\w+)=", text, re.MULTILINE)) == VARIABLES | FILES


def test_the_example_sets_nothing_and_what_it_suggests_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / "as-is").write_text(text, encoding="utf-8")
    assert not load(tmp_path / "as-is").origins
    taken = "\n".join(
        line[1:] for line in text.splitlines() if line.startswith("#DISPATCH_") and "_FILE=/run" not in line
    )
    (tmp_path / "taken").write_text(taken, encoding="utf-8")
    assert load(tmp_path / "taken").twilio_from == "+12025550100"


def test_compose_passes_on_every_setting_of_a_live_service(compose: dict[str, Any]) -> None:
    for service in OURS:
        given = set(compose["services"][service]["environment"])
        assert given - FILES <= VARIABLES
        assert {name.removesuffix("_FILE") if name in FILES else name for name in given} == VARIABLES - NOT_LIVE


def test_compose_hands_secrets_over_as_files_that_are_mounted(compose: dict[str, Any]) -> None:
    mounted: set[str] = set()
    for name, service in compose["services"].items():
        environment = service.get("environment", {})
        named = {Path(path).name for path in environment.values() if path.startswith("/run/secrets/")}
        assert named == set(service.get("secrets", [])), name
        mounted |= named
    assert set(compose["secrets"]) == mounted


def test_compose_restarts_what_dies_and_checks_what_answers(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, s in services.items() if s["restart"] != "unless-stopped"} == {"migrate"}
    assert {name for name, s in services.items() if "healthcheck" in s} == {"api", "record", "queue"}
    assert {name for name, s in services.items() if s["image"] == "crisis-dispatch"} == OURS
    for name in OURS:
        assert services[name]["command"] == [name]
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]


def test_compose_keeps_the_queue_over_a_restart_and_never_evicts(compose: dict[str, Any]) -> None:
    command = compose["services"]["queue"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options == {"--appendonly": "yes", "--appendfsync": "everysec", "--maxmemory-policy": "noeviction"}
    assert compose["networks"]["inside"]["internal"]
    for name in ("record", "queue"):
        assert "ports" not in compose["services"][name]
        assert compose["services"][name]["networks"] == ["inside"]


def test_the_image_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    users = re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE)
    assert users == ["10001"]
    assert "--require-hashes -r requirements/run.txt" in dockerfile


def test_the_record_counts_as_ready_only_once_others_can_reach_it(compose: dict[str, Any]) -> None:
    # Seen on a first start: asked by its socket, the server that makes the database answered, and the migration failed.
    asked = compose["services"]["record"]["healthcheck"]["test"]
    assert asked[asked.index("-h") + 1] == "127.0.0.1"


def test_one_build_makes_the_image_of_all_and_nobody_else_s_is_fetched(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert {name for name, s in services.items() if "build" in s} == {"migrate"}
    for name in OURS:
        assert services[name]["pull_policy"] == "never"
        assert name == "migrate" or "migrate" in services[name]["depends_on"]


def test_a_stop_is_given_longer_than_our_own_supervisor_takes(compose: dict[str, Any]) -> None:
    for name in OURS:
        assert float(compose["services"][name]["stop_grace_period"].removesuffix("s")) > 2 * supervisor.GRACE


def test_what_administrators_are_told_to_type_exists() -> None:
    page = (ROOT / "docs/administrators.md").read_text(encoding="utf-8")
    typed = re.findall(r"docker compose (exec|run)(?: -\S+)* (\w+) (\w+)(?: (\w+))?", page)
    assert len(typed) > 5
    assert {service for _, service, _, _ in typed} == {"api", "record"}
    for how, service, first, second in typed:
        if service == "record":
            assert (how, first) in {("exec", "pg_dump"), ("exec", "pg_restore")}
        else:
            # `run` begins with the image's own command, `exec` names it.
            assert how == "run" or first == "dispatch"
            assert CliRunner().invoke(app, [first if how == "run" else second, "--help"]).exit_code == 0


def test_no_log_can_fill_the_disk_that_the_record_is_on(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_a_new_container_takes_the_place_of_the_one_before(compose: dict[str, Any]) -> None:
    # Seen: record and api made anew together; the old web processes could not say goodbye, and were missed for an hour.
    assert compose["services"]["api"]["hostname"] == "api"
