# `make` rebuilds the results of the active study; `make test` runs the tests. Each sets itself up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Stages call `python`, and DVC's queue workers call `dvc`: both must be the environment's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH

.DEFAULT_GOAL := repro
.PHONY: repro results test test-slow lint format readme clean

repro: $(VENV)/.ready
	dvc repro
	@python -m regscope.report.table

# Every study of params.yaml, one after the other; ends on the study that was active before.
results: $(VENV)/.ready
	@before=$$(python -m regscope.studies --active); \
	activate() { python -m regscope.studies --activate $$1; }; \
	trap 'activate $$before' EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; \
	for study in $$(python -m regscope.studies) $$before; do \
		activate $$study && dvc repro || exit 1; \
	done
	python -m regscope.report.readme

test: $(VENV)/.ready-dev
	python -m pytest

test-slow: $(VENV)/.ready-dev
	python -m pytest -m slow

lint: $(VENV)/.ready-dev
	ruff check .
	ruff format --check .
	mypy

format: $(VENV)/.ready-dev
	ruff check --fix .
	ruff format .

readme: $(VENV)/.ready
	python -m regscope.report.readme

clean:
	rm -rf $(VENV) .regscope

$(VENV)/.ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "regscope needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
