"""Commands as a shell runs them: arguments, environment and stdin in, exit code and both outputs out."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dispatch.cli import commands
from dispatch.settings import make_secret
from dispatch.store.migrate import migrate
from tests.contract.examples import TEXT

ROSTER = TEXT.split("```yaml\n# roster.yaml")[1].split("```")[0]
POLICY = TEXT.split("```yaml\n# policy.yaml")[1].split("```")[0].partition("\n")[2]
#: The console script, without needing to know where it was installed.
SCRIPT = (sys.executable, "-c", "from dispatch.cli import main; main()")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """A working directory with a data dir, and no setting but those of the test."""

    def __init__(self, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.here = here
        self.data = here / "var"
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def env(self, **settings: object) -> None:
        for name, value in settings.items():
            self._monkeypatch.setenv(f"DISPATCH_{name}", str(value))

    def run(self, *arguments: object, stdin: str = "") -> Done:
        """In this process: as the console script does it, without the second that Python takes to start."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        self._capsys.readouterr()
        code = commands.run([str(each) for each in arguments])
        captured = self._capsys.readouterr()
        return Done(code, captured.out, captured.err)

    def ok(self, *arguments: object, stdin: str = "") -> Done:
        done = self.run(*arguments, stdin=stdin)
        assert (done.code, done.err) == (0, ""), done
        return done

    def script(self, *arguments: object, stdin: str = "", **env: str) -> Done:
        """The console script itself, as a process of its own."""
        done = subprocess.run(
            [*SCRIPT, *map(str, arguments)],
            input=stdin,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def _empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty") / "var"
    folder.mkdir()
    migrate(f"sqlite:///{folder / 'record.db'}")
    make_secret(folder)
    return folder


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Nothing there yet."""
    for variable in [name for name in os.environ if name.startswith("DISPATCH_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return Shell(tmp_path, monkeypatch, capsys)


@pytest.fixture
def shell(bare: Shell, _empty_record: Path) -> Shell:
    """A record that was migrated, and nobody in it."""
    shutil.copytree(_empty_record, bare.data)
    return bare


@pytest.fixture
def staffed(shell: Shell) -> Shell:
    """With the roster of the public contract."""
    (shell.here / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    shell.ok("roster", "import", "roster.yaml")
    return shell
