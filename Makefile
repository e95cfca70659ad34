# `make sheet` writes the example sheets into build/, `make test` runs the tests. Each sets up what is missing.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help sheet gallery test coverage test-peers test-tex bench lint format clean FORCE

# The newest Python that really runs; say PYTHON=... for another one.
SUPPORTED := import sys, venv, ensurepip; assert (3, 11) <= sys.version_info < (3, 14)
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
    "$$python" -c '$(SUPPORTED)' 2>/dev/null && { echo "$$python"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin

EXAMPLES := quadratic_graph mlp_relu_sigmoid
SHEETS := $(foreach format,html tex pdf,$(EXAMPLES:%=build/%.$(format)))

help:
	@echo 'make sheet       the example sheets as PDF, LaTeX and HTML, in build/'
	@echo 'make gallery     every worked example in every language, on one page: build/gallery/index.html'
	@echo 'make test        style, types, layers, tests'
	@echo 'make coverage    the tests once more, and which lines they reach (twice as long)'
	@echo 'make test-peers  comparison with other libraries, which it installs (large)'
	@echo 'make bench       how quick it is, beside other libraries, which it installs (large)'
	@echo 'make test-tex    the LaTeX of every worked example, compiled; installs TeX where it may (large)'
	@echo 'make lint, make format, make clean'

sheet: $(SHEETS)

build/%: FORCE $(VENV)/.package $(VENV)/.system
	@mkdir -p build
	$(BIN)/symdl solve worked_examples/$(basename $*)/problem.toml -o $@

gallery: $(VENV)/.package $(VENV)/.system
	$(BIN)/python -m symdl.cli.gallery build/gallery

test: lint $(VENV)/.system
	$(BIN)/pytest -n auto --dist loadgroup

coverage: $(VENV)/.dev $(VENV)/.system
	$(BIN)/pytest -n auto --dist loadgroup --cov --cov-report term

test-peers: $(VENV)/.peers
	$(BIN)/pytest -m peers -n auto --dist loadgroup

bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks

test-tex: $(VENV)/.dev $(VENV)/.tex
	$(BIN)/pytest -m tex -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf build dist symdl/_assets .coverage .coverage.* .grimp_cache .hypothesis .import_linter_cache .mypy_cache \
	    .pytest_cache .ruff_cache $(VENV)

# Setting up. A stamp in the virtual environment records each part, so that a second run costs nothing.

SOURCES := pyproject.toml hatch_build.py $(wildcard assets/*)
BUILT := $(if $(wildcard symdl/_assets/built-from),,FORCE)

$(VENV)/.python:
	@test -n "$(PYTHON)" || { $(call system,python3-venv); }
	$(or $(PYTHON),python3) -m venv $(VENV)
	@touch $@

$(VENV)/.package: $(VENV)/.python $(SOURCES) $(BUILT)
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.python $(SOURCES) $(BUILT)
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $(VENV)/.package $@

$(VENV)/.peers: $(VENV)/.dev
	$(BIN)/pip install --quiet --editable '.[dev,peers]'
	@touch $@

# Not fatal: a peer that is missing is left out of the comparison.
$(VENV)/.bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --editable '.[dev,bench]' || echo 'Some libraries are not compared with.' >&2
	@touch $@

# Not fatal: without these libraries everything but PDF works, and symdl says so where it matters.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
$(VENV)/.system: | $(VENV)/.package
	@if $(BIN)/python -W error -c 'import weasyprint' 2>/dev/null || { $(call system,$(PANGO)); }; then touch $@; fi

TEX := texlive-latex-base texlive-latex-recommended texlive-fonts-recommended texlive-pictures lmodern \
    texlive-luatex texlive-xetex texlive-lang-arabic fonts-hosny-amiri
$(VENV)/.tex: | $(VENV)/.package
	@{ type pdflatex lualatex xelatex >/dev/null 2>&1 && kpsewhich tikz.sty >/dev/null; } || { $(call system,$(TEX)); }
	@touch $@

# Install Debian packages where that is allowed, else say in one line what is missing.
system = sudo=; test "$$(id -u)" = 0 || sudo='sudo -n'; \
    if type apt-get >/dev/null 2>&1 && $$sudo true 2>/dev/null; then \
    $$sudo apt-get update -qq && $$sudo apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
    else echo 'symdl needs $(1): please install them with the package manager of this system.' >&2; false; fi
