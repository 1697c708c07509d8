# `make demo` and `make test` are all that a newcomer needs; the rest is for whoever changes the code.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
STORE ?= demo-store/flights

# Two test processes and one thread of linear algebra in each: no machine is asked for more than two cores.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1
PYTEST := $(RUN)/python -m pytest -n 2 --dist loadfile

.PHONY: demo test lint types contracts docs bench-smoke ci clean graphiql

demo: $(VENV)/installed
	$(RUN)/factdb demo flights --store $(STORE)

test: $(VENV)/installed-dev
	$(PYTEST)

lint: $(VENV)/installed-dev
	$(RUN)/ruff check

types: $(VENV)/installed-dev
	$(RUN)/mypy

contracts: $(VENV)/installed-dev
	$(RUN)/lint-imports

docs: $(VENV)/installed-dev
	$(RUN)/python -m pytest tests/docs

# GraphiQL instead of our own console: fetched once with npm, checked, served from then on with the network off.
graphiql: $(VENV)/installed
	$(RUN)/python -m api.console.vendor

bench-smoke: $(VENV)/installed-dev
	$(RUN)/python benchmarks/smoke.py

ci: test lint types contracts bench-smoke

clean:
	rm -rf $(VENV) demo-store .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "factdb needs Python 3.11 or newer: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml constraints.txt $(VENV)/installed
	$(RUN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
