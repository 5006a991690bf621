# `make` rebuilds the results of the active study; `make test` runs the tests; `make bench` measures
# speed. Each sets itself up.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
KERAS := .venv-keras
JAX := .venv-jax
AUDIT := .venv-audit
DOCS := .venv-docs

# Stages call `python`, and DVC's queue workers call `dvc`: both must be the environment's.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH
# Else each of many processes compiles every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := repro
.PHONY: repro paths rates advice results ui notebook test test-slow test-processors test-gpu test-browser lint format readme docs bench audit lock clean

repro: $(VENV)/.ready
	dvc repro
	@python -m regscope table

# Pipelines beside the first, which reads their tables and figures and so ends the work: their folder.
define beside
	dvc repro --recursive $(1)
	dvc repro
endef

# Strength paths and pairs: docs/strength-paths.md.
paths: $(VENV)/.ready
	$(call beside,paths)

# Which regularizer to use, study by study: docs/advice.md.
advice: $(VENV)/.ready
	$(call beside,advice)

# Every cell at its best learning rate: docs/learning-rates.md.
rates: $(VENV)/.ready
	$(call beside,rates)

# Every study of params.yaml whose data can be had, one after the other; ends on the study that was
# active before.
results: $(VENV)/.ready
	@studies=$$(python -m regscope studies --with-data) && python -m regscope train $$studies || exit 1; \
	before=$$(python -m regscope studies --active); \
	activate() { python -m regscope studies --activate "$$1"; }; \
	trap 'activate "$$before"' EXIT; trap 'exit 130' INT; trap 'exit 143' TERM; \
	for study in $$studies $$before; do \
		activate "$$study" && dvc repro || exit 1; \
	done
	python -m regscope readme
	python -m regscope cards

# MLflow's page with every run, on this machine alone: docs/tracking.md.
PORT ?= 5000
ui: $(VENV)/.ready
	@python -m regscope ui '$(PORT)'

# The lessons and the walk through the library, in JupyterLab on this machine: docs/lessons.
notebook: $(VENV)/.ready-notebook
	python -m jupyterlab --LabApp.default_url=/lab/tree/lessons/weights.ipynb docs

# One that is done takes over what another has still to do.
PARALLEL := --dist worksteal --numprocesses

# A process more than there are cores: many tests wait, for what they start or for what another builds.
test: $(VENV)/.ready-dev
	python -m pytest $(PARALLEL) $$(python -c 'from regscope.base.processes import cores; print(cores() + 1)')

# Reading every test to find these few would take each process half a minute.
marked = $(shell grep --recursive --files-with-matches --word-regexp --include='*.py' $(1) tests)

test-slow: $(VENV)/.ready-dev
	python -m pytest -m slow $(PARALLEL) auto $(call marked,slow)

# What computes, under the kernels of other processors and with portable arithmetic.
test-processors: $(VENV)/.ready-dev
	python -m tests.processors

test-gpu: $(VENV)/.ready-dev
	python -m pytest -m gpu $(call marked,gpu)

# The report in a real browser: chromium, google-chrome, or the one that REGSCOPE_BROWSER names.
test-browser: $(VENV)/.ready-dev
	python -m pytest -m browser $(call marked,browser)

lint: $(VENV)/.ready-dev
	ruff check .
	ruff format --check .
	lint-imports
	mypy

format: $(VENV)/.ready-dev
	ruff check --fix .
	ruff format .

readme: $(VENV)/.ready
	python -m regscope readme
	python -m regscope cards

# The pages of docs/ as a site, into site/; a dead link ends it. REGSCOPE_REPOSITORY is the address that
# links out of docs/ lead to; without it they lead to the files of this clone.
docs: $(DOCS)/.ready
	NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs build

# The same training as people do it today and as it is done here: bench/README.md.
# BENCH holds options, for example: make bench BENCH="--only ways_mnist --rounds 1"
bench: $(VENV)/.ready-bench $(KERAS)/.ready $(JAX)/.ready
	python -m bench $(BENCH)

# Known vulnerabilities in what is installed: SECURITY.md. Asks the package registry.
audit: $(VENV)/.ready $(AUDIT)/.ready
	$(AUDIT)/bin/python -m pip_audit --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

# requirements.lock, after a change of requirements.txt; what is pinned there already stays.
lock: $(AUDIT)/.ready
	grep -v '^torch' requirements.txt | $(AUDIT)/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --output-file requirements.lock -

clean:
	rm -rf $(VENV) $(KERAS) $(JAX) $(AUDIT) $(DOCS) site .regscope/checkpoints .regscope/bench

# What the lock holds is checked against its hashes; the rest of requirements.txt comes after: SECURITY.md.
# The command `regscope` runs the code of the folder in which it is called, as stages do: also in DVC's
# temporary workspaces.
$(VENV)/.ready: requirements.txt requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "regscope needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m regscope "$$@"\n' > $(BIN)/regscope
	chmod +x $(BIN)/regscope
	touch $@

$(VENV)/.ready-dev: requirements-dev.txt requirements-onnx.txt requirements-ray.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt -r requirements-onnx.txt -r requirements-ray.txt
	touch $@

$(VENV)/.ready-notebook: requirements-notebook.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-notebook.txt
	touch $@

$(VENV)/.ready-bench: bench/requirements.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r bench/requirements.txt
	touch $@

# Keras apart from all else, so that its pins touch nothing.
$(KERAS)/.ready: bench/requirements-keras.txt
	test -x $(KERAS)/bin/python || $(PYTHON) -m venv $(KERAS)
	$(KERAS)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements-keras.txt
	touch $@

# As Keras is.
$(JAX)/.ready: bench/requirements-jax.txt
	test -x $(JAX)/bin/python || $(PYTHON) -m venv $(JAX)
	$(JAX)/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements-jax.txt
	touch $@

# Apart from all else: it is not part of what it looks at.
$(AUDIT)/.ready: requirements-audit.txt
	test -x $(AUDIT)/bin/python || $(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-audit.txt
	touch $@

# Apart from all else, as Keras is.
$(DOCS)/.ready: requirements-docs.txt
	test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	touch $@
