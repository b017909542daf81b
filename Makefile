# Every part of `make test` has a word of its own; `make` alone lists the words.
.DEFAULT_GOAL := help
.SUFFIXES:
VENV ?= .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m
CODE := lintstack tests bench hatch_build.py

# The environment is made anew when pyproject.toml changes or the checkout moves.
KEY := $(shell { cat pyproject.toml; pwd; } | cksum | cut -d' ' -f1)
READY := $(VENV)/.ready-$(KEY)

.PHONY: help demo test lint format types contract unit fixtures stacks bench oracle build clean

help: ## list the words
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: $(READY) ## lint the example stack
	@color=never; test -t 1 && color=always; echo '$$ lintstack check examples/shop'; \
	report=$$($(BIN)/lintstack check --color $$color examples/shop); code=$$?; printf '%s\n\n' "$$report"; \
	test $$code -eq 1 && test -n "$$report" || { echo "findings and exit code 1 were expected, not $$code" >&2; exit 1; }; \
	echo 'Exit code 1: there are findings. Next: .venv/bin/lintstack check PATH on a stack of your own.'

test: lint types contract unit fixtures stacks ## everything below up to `stacks`; what CI runs

lint: $(READY) ## ruff check, ruff format --check
	$(RUN) ruff check $(CODE)
	$(RUN) ruff format --check $(CODE)

types: $(READY) ## mypy --strict over code and tests
	$(RUN) mypy

contract: $(READY) ## layers import downwards only
	$(BIN)/lint-imports --no-logo

unit: $(READY) ## pytest with coverage
	$(RUN) pytest -q -n auto --dist worksteal --cov --cov-report=term

fixtures: $(READY) ## lintstack on its own fixture stacks, against their expected.txt
	$(RUN) tests.expected

stacks: $(READY) ## conventions of five teams: stated and checked, faults planted and caught
	$(RUN) tests.stacks

format: $(READY) ## rewrite the code as ruff wants it
	$(RUN) ruff check --fix $(CODE)
	$(RUN) ruff format $(CODE)

oracle: $(READY) ## only the tests that ask Docker Compose, Moby's parser and the like
	$(RUN) pytest -q -k oracle -rs

bench: $(READY) ## CPU time against the peers that can be installed
	$(BIN)/python bench/run.py --install

build: $(READY) ## wheel and sdist in dist/
	$(RUN) build

clean: ## remove everything that can be made again
	rm -rf $(VENV) .bench build dist .coverage .coverage.* .ruff_cache .mypy_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first Python that is new enough and can make environments; shims that only look like one are passed over.
$(READY):
	@test -f pyproject.toml || { echo 'run make in the top folder of the checkout' >&2; exit 1; }; \
	for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
	  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$python; break; fi; \
	done; \
	test -n "$$found" || { echo 'lintstack needs Python 3.11 or newer, with its venv module (Debian: python3-venv).' >&2; \
	  echo 'None was found; name one: make PYTHON=/path/to/python3.12 ...' >&2; exit 1; }; \
	echo "making $(VENV) with $$($$found --version); this happens once" && \
	$$found -m venv --clear $(VENV) && \
	$(RUN) pip install --quiet --disable-pip-version-check --editable '.[dev]' && \
	touch $@
