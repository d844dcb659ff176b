SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
OUT ?= out/demo
SCRIPT ?=
KEEP ?=

.DEFAULT_GOAL := help
.PHONY: help system setup check fix test test-unit demo bench build clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-10s %s\n", $$1, $$2}'

system: ## install the Debian packages that are missing
	@./deploy/system-packages

$(VENV)/.ready: pyproject.toml deploy/python-environment
	@./deploy/python-environment $(VENV)
	@touch $@

setup: system $(VENV)/.ready ## everything a fresh machine needs: Debian packages and .venv

check: $(VENV)/.ready ## lint, format, types, import rules
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

fix: $(VENV)/.ready ## repair what ruff can repair
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

test: setup check ## all checks and tests
	$(PY) -m pytest

test-unit: $(VENV)/.ready ## tests without a browser
	$(PY) -m pytest -m "not e2e"

demo: setup ## a whole scripted meeting; SCRIPT=FILE OUT=DIR KEEP=1
	$(VENV)/bin/dragoman demo --out "$(OUT)" $(if $(SCRIPT),--script "$(SCRIPT)") $(if $(KEEP),--keep)

bench: setup ## every benchmark, one after the other
	$(PY) -m benchmarks

build: setup ## a wheel in dist/
	$(PY) -m pip wheel --no-deps --wheel-dir dist .

clean: ## remove what the targets made
	rm -rf $(VENV) out dist build
