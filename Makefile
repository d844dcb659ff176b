SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
OUT ?= out/demo
SCRIPT ?=
KEEP ?=

.DEFAULT_GOAL := help
.PHONY: help system setup check fix test test-unit test-heavy test-engines test-webcam demo bench chaos soak build clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-13s %s\n", $$1, $$2}'

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
	$(PY) -m pytest -m "not heavy" -n 2 --dist loadfile --ignore tests/e2e
	$(PY) -m pytest -m "not heavy" tests/e2e

test-unit: $(VENV)/.ready ## tests without a browser
	$(PY) -m pytest -m "not e2e and not heavy"

test-heavy: setup ## tests that take long
	$(PY) -m pytest -m heavy --timeout 600

ENGINES := .venv-engines

$(ENGINES)/.ready: pyproject.toml deploy/engines-environment
	@./deploy/engines-environment $(ENGINES)
	@touch $@

test-engines: system $(ENGINES)/.ready ## tests of the optional engines; TORCH=torch==2.13.0
	$(ENGINES)/bin/python -m pytest --timeout 600 \
	  tests/pipeline/test_asr_openvino.py tests/pipeline/test_diarization_pyannote.py \
	  tests/pipeline/test_translation_seamless.py tests/pipeline/test_voice_kokoro.py \
	  tests/contracts/test_diarizer_contract.py tests/contracts/test_recognizer_contract.py

test-webcam: setup ## the virtual webcam on a real kernel module, in an emulated machine
	@tests/webcam/run $(PY)

demo: setup ## a whole scripted meeting; SCRIPT=FILE OUT=DIR KEEP=1
	$(VENV)/bin/dragoman demo --out "$(OUT)" $(if $(SCRIPT),--script "$(SCRIPT)") $(if $(KEEP),--keep)

bench: setup ## every benchmark, one after the other (meeteval needs a C++ compiler)
	$(PY) -m pip install -q -e ".[measure]"
	$(PY) -m benchmarks

chaos: setup ## kills parts of a running meeting; SEED=1 TIMES=20 KINDS=renderer,browser,bot,server,database
	$(PY) -m benchmarks.chaos --seed $(or $(SEED),1) --times $(or $(TIMES),20) $(if $(KINDS),--kinds $(KINDS))

soak: setup ## a long meeting; MINUTES=240
	$(PY) -m benchmarks.soak --minutes $(or $(MINUTES),240)

build: setup ## a wheel in dist/
	$(PY) -m pip wheel --no-deps --wheel-dir dist .

clean: ## remove what the targets made
	rm -rf $(VENV) .venv-engines out dist build
