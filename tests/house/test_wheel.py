"""What is installed elsewhere is all there: rules, protocols, scripts, templates and static files beside the code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tools.places import committed

ROOT = Path(__file__).parents[2]
PACKAGES = ("dispatch", "workers", "protocols")


def test_the_wheel_holds_every_committed_file_of_the_packages(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in committed()}
    wanted = {name for name in ours if name.startswith(PACKAGES)}
    assert any(name.endswith(".lua") for name in wanted)
    assert wanted - packed == set()
    strangers = {name for name in packed if not name.startswith((*PACKAGES, "crisis_dispatch-"))}
    assert strangers == set()
