# make            this help
# One venv, two stages: .venv/.setup holds the service's dependencies, .venv/.test adds the test extras.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup demo test lint types bench torture clean

VENV := .venv
BIN := $(VENV)/bin
PINS := pyproject.toml constraints.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt

# Besides our own DuckDB: what users may read the published tables with.
READERS := 1.4.5 1.5.6

# One thread per process: pytest runs several, and torch would otherwise start a thread a core in each.
TEST_ENV := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
# A service under test waits a third of its time, so three share two cores well.
PYTEST_JOBS ?= 3
PYTEST_ARGS ?=
TORTURE_SEED ?= 1
TORTURE_JOBS ?= 2

# The first python on the PATH that runs: a pyenv shim may exist and not run, a Debian python may lack venv.
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
define find_python
python=; IFS=:; \
for name in python3.11 python3.12 python3.13 python3 python; do for dir in $$PATH; do \
  if [ -z "$$python" ] && [ -x "$$dir/$$name" ] && "$$dir/$$name" -c '$(SUITABLE)' >/dev/null 2>&1; then python=$$dir/$$name; fi; \
done; done; unset IFS; \
if [ -z "$$python" ]; then echo "no Python 3.11 to 3.13 with venv on the PATH: install one (Debian: apt-get install python3 python3-venv)" >&2; exit 1; fi
endef

# Where .venv does not run, or an installation in it was cut short, its stamps say nothing.
VOID := $(shell { [ ! -e $(VENV)/.installing ] && $(BIN)/python -c ""; } 2>/dev/null || rm -f $(VENV)/.setup $(VENV)/.test $(VENV)/.readers)

# An installation that was killed may have left half a package that pip takes for whole, so it is begun anew.
# An installation that failed (network, a full disk) was rolled back by pip, and its venv is kept.
define install
touch $(VENV)/.installing && \
$(PIP) $(2) setuptools torch==2.13.0 && $(PIP) $(2) --no-build-isolation --editable $(1); \
status=$$?; rm -f $(VENV)/.installing; exit $$status
endef

help: ## list the targets
	@echo "usage: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile

setup: $(VENV)/.setup ## make .venv with the pinned dependencies
	@echo "ready: $(BIN)/finsdistill --help"

demo: $(VENV)/.setup ## the whole loop on invented filings, from nothing, in about four minutes
	$(BIN)/finsdistill demo

# By file, so that what a file makes once (a tiny model, a wheel) is made once, and in their own order: the acceptance tests,
# each of which takes minutes, come first. pytest comes last and its last line counts.
test: $(VENV)/.test $(VENV)/.readers lint types ## lint, types and every test, from nothing
	$(TEST_ENV) $(BIN)/python -m pytest -n $(PYTEST_JOBS) --dist loadfile --no-loadscope-reorder --durations 10 $(PYTEST_ARGS)

lint: $(VENV)/.test ## ruff, check and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test ## mypy, strict, on our packages
	$(BIN)/mypy

bench: $(VENV)/.test ## run every benchmarks/bench_*.py and print what it measured
	@set -e; for file in benchmarks/bench_*.py; do \
	  [ -e "$$file" ] || { echo "no benchmarks/bench_*.py" >&2; exit 1; }; \
	  echo "== $$file"; $(TEST_ENV) $(BIN)/python "$$file"; done

# Results of before are put away first, so that the report is of one run.
torture: $(VENV)/.test ## kill, damage and starve the real service for an hour, and write docs/reliability.md
	rm -rf build/torture
	$(TEST_ENV) $(BIN)/python -m tests.torture all --seed $(TORTURE_SEED) --jobs $(TORTURE_JOBS) --into build/torture

clean: ## remove .venv, build results and caches; never state or inbox
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.setup: $(PINS)
	@if [ -e $(VENV)/.installing ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  $(find_python); echo "making $(VENV) with $$python"; "$$python" -m venv --clear $(VENV); fi
	@echo "installing the pinned dependencies (about 1 GB the first time)"
	@$(call install,.)
	@touch $@

$(VENV)/.test: $(VENV)/.setup
	@echo "installing the test extras"
	@$(call install,'.[test]',--quiet)
	@touch $@

# Each in a folder of its own, without the constraints, which pin our DuckDB.
$(VENV)/.readers: $(VENV)/.test
	@for version in $(READERS); do rm -rf $(VENV)/readers/$$version; \
	  $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --target $(VENV)/readers/$$version duckdb==$$version || exit 1; done
	@touch $@
