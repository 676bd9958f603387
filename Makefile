# Needs git, make and Python 3.11 or newer; each target sets up what it is missing.

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes

.PHONY: help run demo test check bench
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: .venv/.runtime-stamp ## serve on http://127.0.0.1:8000 with the worker inside
	@exec $(BIN)/flask --app wsgi serve

# Settings of a real installation (.env) must not lead the demo to its database or its mail.
demo: export INSTANCE_PATH := $(CURDIR)/instance/demo
demo: export DATABASE_URL :=
demo: export MAIL_URL :=
demo: export DESKHAND_ENV := development
demo: .venv/.runtime-stamp ## the same with made-up people and tickets, on a database of its own
	@$(BIN)/flask --app wsgi demo prepare
	@exec $(BIN)/flask --app wsgi serve

test: .venv/.dev-stamp ## run all tests; ARGS="-k login -x" is passed to pytest
	$(BIN)/python -m pytest -n logical --maxprocesses 8 $(ARGS)

check: .venv/.dev-stamp ## formatting, lint, types, import rules, templates, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/vulture
	@$(MAKE) --no-print-directory test

bench: .venv/.dev-stamp ## what a request costs beside a bare page, on demos of 1,000 and 100,000 tickets; ARGS="--quick"
	@$(BIN)/python -m bench $(ARGS)

.venv/.runtime-stamp: requirements.txt $(BIN)/python
	@echo "Installing what Deskhand needs into .venv"
	@$(INSTALL) -r requirements.txt
	@touch $@

# The packages for tests include those for running.
.venv/.dev-stamp: requirements-dev.txt requirements.txt $(BIN)/python
	@echo "Installing what Deskhand and its tests need into .venv"
	@$(INSTALL) -r requirements-dev.txt
	@touch .venv/.runtime-stamp $@

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "There is no $(PYTHON) here: install Python 3.11 or newer (on Debian: apt-get install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	  "Deskhand needs Python 3.11 or newer and $(PYTHON) is %d.%d: name another, as in make run PYTHON=python3.12" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || $(PYTHON) -c 'import sys; sys.exit( \
	  "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, apt-get install python%d.%d-venv brings that." % sys.version_info[:2])'
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }
