# Two commands are enough: `make demo` shows everything working, `make test` runs every check.
# What they fetch or build stays in this folder: .venv and .cache.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

DEMO_ARGS ?=
BIN := .venv/bin
READY := .venv/.ready
NODE_SDKS := tests/e2e/node
NODE_READY := $(NODE_SDKS)/node_modules/.ready
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test chaos bench eval-detectors injection-weights lint schemas docs clean pins tools

help:
	@echo "make setup   install everything into .venv and .cache"
	@echo "make demo    a governed call, end to end, on sample data (DEMO_ARGS=--once stops after it)"
	@echo "make test    every check, in order, with a summary"
	@echo "make chaos   larger models, every fault under load for CHAOS_SECONDS (600) with CHAOS_SEED, then an audit of what is left"
	@echo "make lint    ruff, mypy and the import rules only"
	@echo "make schemas write the JSON Schemas of all record types again, after a change of the models"
	@echo "make docs    write the reference pages of policy files again, after a change of their options or of the linter"
	@echo "make bench   measure everything that has a bar, and write docs/benchmarks.md and its plot"
	@echo "make eval-detectors  what detectors find of the labelled corpora, by type, written into docs/detectors.md"
	@echo "make injection-weights  learn anew what attacks on models are like, from tests/corpora/injection (some 10 minutes)"
	@echo "make pins    renew requirements/dev.txt after a change of dependencies in pyproject.toml"
	@echo "make clean   remove what the other commands made"

setup: $(READY)

demo: setup
	@$(BIN)/kt demo $(DEMO_ARGS)

test: setup $(NODE_READY)
	@.ci/check-tools tests
	@$(BIN)/python tests/run_suites.py

chaos: setup
	@CHAOS_SECONDS=$${CHAOS_SECONDS:-600} $(BIN)/pytest -q -s tests/model tests/simulation tests/chaos

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

schemas: setup
	@$(BIN)/python -m keeptrusts.schemas.jsonschema

docs: setup
	@$(BIN)/python -m keeptrusts.cli.policy_reference

bench: setup
	@mkdir -p .cache && rm -f .cache/bench.jsonl
	@status=0; BENCH_RESULTS=.cache/bench.jsonl $(BIN)/pytest -q -s tests/benchmarks || status=$$?; \
	  $(BIN)/python tests/benchmarks/report.py .cache/bench.jsonl docs; exit $$status

eval-detectors: setup
	@PYTHONPATH=tests $(BIN)/python -m support.evaluation docs/detectors.md

injection-weights: setup
	@PYTHONPATH=tests $(BIN)/python -m support.likeness_training

clean:
	@if [ -x $(BIN)/kt ] && [ -d .keeptrusts ]; then $(BIN)/kt down --data-dir .keeptrusts; fi
	rm -rf $(NODE_SDKS)/node_modules .venv .cache .keeptrusts dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed exactly as pinned, then the project itself; done again when a pin or the project's metadata changes.
$(READY): requirements/dev.txt pyproject.toml cli/stack/kafka/pom.xml | tools
	@test -x $(BIN)/python || { echo "Making .venv ..."; $$(.ci/find-python) -m venv .venv; }
	@echo "Installing the pinned dependencies into .venv ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m keeptrusts.cli.stack.kafka.jars
	@touch $(READY)

# The official SDKs for Node, which the end-to-end tests run, exactly as locked.
$(NODE_READY): $(NODE_SDKS)/package.json $(NODE_SDKS)/package-lock.json
	@.ci/check-tools tests
	@echo "Installing the locked Node SDKs into $(NODE_SDKS)/node_modules ..."
	@npm ci --silent --no-audit --no-fund --cache $(CURDIR)/.cache/npm --prefix $(NODE_SDKS)
	@touch $(NODE_READY)

# Names every missing tool with the command that installs it.
tools:
	@.ci/check-tools

# Versions and hashes for every platform and Python from 3.11; no index address gets into the file.
pins:
	@test -x .cache/pins/bin/uv || { $$(.ci/find-python) -m venv .cache/pins && .cache/pins/bin/pip install -q "uv>=0.8,<1"; }
	@mkdir -p requirements
	@{ echo "# Everything a checkout needs, pinned with hashes. Renew with: make pins"; \
	   .cache/pins/bin/uv pip compile pyproject.toml --extra embedded --extra traces --group dev --universal --python-version 3.11 \
	     --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --upgrade; \
	 } > requirements/dev.txt.new
	@mv requirements/dev.txt.new requirements/dev.txt
	@echo "requirements/dev.txt: $$(grep -c '==' requirements/dev.txt) packages"
