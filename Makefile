# Everything a newcomer or CI runs. Needs Python >= 3.11 with venv, and make; nothing else for `make run`.

PYTHON ?= python3
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
# Given to the demo, for example: make run ARGS="--port 8080 --fresh"
ARGS   ?=
# Tests are spread over this many processes; groups that own a browser or kill processes stay together.
PROCS  ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test venv check format bench soak lock
.DELETE_ON_ERROR:

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run.stamp  ## the whole service with made-up people and phones, at http://127.0.0.1:8000
	@$(BIN)/dispatch demo $(ARGS)

test: .venv/test.stamp  ## the checks and the whole test suite
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -n $(PROCS) --dist loadgroup $(ARGS)

venv: .venv/test.stamp  ## the set-up alone; does nothing when nothing changed

check: .venv/test.stamp  ## linters, types, import contracts, licences
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.licences
	$(BIN)/python -m tools.places

format: .venv/test.stamp  ## lays the code out and mends what a linter can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/test.stamp  ## benchmarks, as ratios to what this machine can do
	$(BIN)/python -m tests.bench $(ARGS)

soak: .venv/test.stamp  ## the long fuzz and kill runs
	$(BIN)/pytest -m "chaos or fuzz or unit" --hypothesis-profile=soak -o faulthandler_timeout=0 $(ARGS)

# Kept pins stay as they are; `make lock ARGS=--upgrade` takes the newest. One resolution for every platform and Python.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
       --generate-hashes --no-emit-index-url --no-strip-markers $(ARGS)
lock: .venv/test.stamp  ## the pins in requirements/ again, from pyproject.toml and requirements/*.in
	$(LOCK) requirements/pip.in -o requirements/pip.txt
	$(LOCK) pyproject.toml requirements/build.in -o requirements/run.txt
	$(LOCK) -c requirements/run.txt --all-extras pyproject.toml requirements/build.in requirements/test.in -o requirements/test.txt

.venv/made.stamp: requirements/pip.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PIP) install --require-hashes -r requirements/pip.txt
	@touch $@

# The package itself is installed in place, from what is already pinned and fetched.
.venv/run.stamp: .venv/made.stamp requirements/run.txt pyproject.toml
	@echo "Installing what requirements/run.txt pins (a minute or two) ..."
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements/test.txt
	@echo "Installing what requirements/test.txt pins ..."
	@$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@
