# Every task of whoever tries, changes or checks Stammkarte. `make help` lists them.
# Needs make, bash and Python 3.11 or newer; everything else is installed into .venv from requirements/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Two parts of one task must not install into .venv at once.
.NOTPARALLEL:

PY := .venv/bin/python
SOURCES := manage.py loyalty_site members rewards verification fraud tests $(wildcard bench)
# More arguments for pytest: make test ARGS="-k ledger -x"
ARGS ?=
# A worker for each core, each with a database of its own; what shares Redis or the screen stays on one worker.
PARALLEL ?= -n auto --dist loadgroup

.PHONY: help run test test-services check bench fmt lock messages venv-base venv-dev compiled-messages \
	check-style check-types check-messages check-django check-locks

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv-base compiled-messages ## Start Stammkarte on this machine with demo shops (PORT=8000)
	@exec $(PY) manage.py run

test: venv-dev compiled-messages ## Run the tests that need no service (SQLite, no Redis, no browser)
	@env -u DATABASE_URL -u REDIS_URL $(PY) -m pytest -q $(PARALLEL) -m "not postgres and not browser and not redis" $(ARGS)

test-services: venv-dev compiled-messages ## Run all tests with PostgreSQL, Redis and Chromium, started for them
	@exec $(PY) .ci/services.py -- $(PY) -m pytest -q $(PARALLEL) $(ARGS)

check: check-style check-types check-locks check-django check-messages ## Check style, types, locks, settings, migrations, translations
	@echo "check: all good"

bench: venv-dev compiled-messages ## Measure the product beside its limits (writes bench/results.json)
	@exec $(PY) .ci/services.py -- $(PY) -m bench $(ARGS)

fmt: venv-dev ## Format the code and fix what can be fixed safely
	@.venv/bin/ruff check --fix --quiet . || true
	@.venv/bin/ruff format .

lock: venv-dev ## Resolve requirements/*.in anew into the hashed lock files
	@.ci/lock $(ARGS)

messages: venv-dev ## Bring locale/de up to date with the code (gaps stay empty; ARGS="--from file.json" fills them)
	@$(PY) .ci/check_messages.py --write $(ARGS)

# --- Parts of the above -------------------------------------------------------------------------------

venv-base:
	@.ci/bootstrap base

venv-dev:
	@.ci/bootstrap dev

compiled-messages: | venv-base
	@$(PY) .ci/compile_messages.py

check-style: venv-dev
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .

check-types: venv-dev
	@.venv/bin/mypy --cache-dir var/mypy $(SOURCES) .ci/*.py

check-locks: venv-dev
	@$(PY) .ci/check_locks.py

check-django: venv-dev compiled-messages
	@env -u DATABASE_URL -u REDIS_URL $(PY) manage.py makemigrations --check --dry-run
	@set -a; source .ci/production.env; set +a; exec $(PY) manage.py check --deploy --fail-level WARNING

check-messages: venv-dev
	@$(PY) .ci/check_messages.py
