"""What the demo keeps beside the record, so that a world that was started again goes on where it was."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from dispatch.access import Role, system
from dispatch.demo.client import Role as DeskRole
from dispatch.errors import InvalidInput
from dispatch.flow import admin
from dispatch.flow.service import Service

ARRIVALS = "arrivals.db"
PROGRESS = "progress.json"
DESKS = "desks.json"


def desks(svc: Service, data_dir: Path) -> dict[DeskRole, str]:
    """The tokens of the made-up operator and coordinator; made on the first start."""
    path = data_dir / DESKS
    if path.exists():
        kept: dict[DeskRole, str] = json.loads(path.read_text("utf-8"))
        return kept
    roles: dict[DeskRole, Role] = {"operator": Role.OPERATOR, "coordinator": Role.COORDINATOR}
    made: dict[DeskRole, str] = {}
    for desk, role in roles.items():
        try:
            made[desk] = admin.create_token(system("demo"), svc, f"DEMO {desk}", [role])[1]
        except InvalidInput:
            # A start that was cut short has left a token behind whose secret nobody knows.
            made[desk] = admin.create_token(system("demo"), svc, f"DEMO {desk} {secrets.token_hex(2)}", [role])[1]
    put(path, made)
    return made


def progress(data_dir: Path) -> tuple[int, str]:
    """How many arrivals earlier processes of this demo have logged, and what makes its Idempotency-Keys its own."""
    path = data_dir / PROGRESS
    try:
        kept = json.loads(path.read_text("utf-8"))
        return int(kept["arrivals"]), str(kept["run"])
    except (OSError, ValueError, KeyError):
        return 0, secrets.token_hex(4)


def put(path: Path, what: object) -> None:
    """Whole or not at all."""
    half = path.with_suffix(".new")
    file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, json.dumps(what).encode())
    finally:
        os.close(file)
    half.rename(path)
