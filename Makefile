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

# Every study, one after the other; ends on the embedded one, as committed.
STUDIES := moons mnist mnist_torch_init mnist_dense digits
results: $(VENV)/.ready
	@set -e; before=$$(sed -n 's/^study: *//p' params.yaml); \
	restore() { sed -i.bak "s/^study: .*/study: $$before/" params.yaml; rm -f params.yaml.bak; }; \
	trap restore EXIT; \
	for study in $(STUDIES); do \
		sed -i.bak "s/^study: .*/study: $$study/" params.yaml; rm -f params.yaml.bak; \
		dvc repro; \
	done; \
	restore; dvc repro
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
