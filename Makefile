# make setup      a virtual environment in .venv with everything that development needs
# make check      what CI runs: style, types, the direction of imports, and the tests
# make example    config.example.toml again, from the settings and their docstrings
# make pictures   the README's pictures again, from recorded sessions (EXTRAS=dev,docs, and the font DejaVu Sans Mono)
#
# EXTRAS=dev,reference   set up with PyTorch and transformers (about 1 GB) as well, with which conversion is compared
# BIN=folder             use the tools in this folder instead of making .venv

PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev
CONSTRAINTS := $(wildcard constraints.txt)
READY = $(VENV)/.ready-$(EXTRAS)

ifdef BIN
TOOLS :=
else
BIN := $(VENV)/bin
TOOLS := $(READY)
endif

.PHONY: setup check style types imports test example pictures

setup: $(READY)

$(READY): pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet $(addprefix --constraint ,$(CONSTRAINTS)) --editable '.[$(EXTRAS)]'
	touch $@

check: style types imports test

style: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TOOLS)
	$(BIN)/mypy

imports: $(TOOLS)
	$(BIN)/lint-imports

# Tests that keep to their own process run side by side; the others measure, or share Docker's engine or a terminal.
# Both parts run, whatever the first says, so that one run tells everything.
ASIDE = tests/parity tests/symbench tests/tui

test: $(TOOLS)
	failed=0; \
	$(BIN)/pytest -n auto --dist worksteal $(ASIDE) || failed=1; \
	$(BIN)/pytest $(addprefix --ignore=,$(ASIDE)) || failed=1; \
	exit $$failed

example: $(TOOLS)
	$(BIN)/python -c "from codesteer_tui.settings.example import example_toml; print(example_toml(), end='')" > config.example.toml.new
	mv config.example.toml.new config.example.toml

pictures: $(TOOLS)
	$(BIN)/python -m tests.pictures docs/pictures
