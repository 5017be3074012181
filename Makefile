PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test test-transformer check bench install clean
.DEFAULT_GOAL := run

# The whole of narcowatch over the sample world; with SEEDS=file.toml over real seeds.
run: $(READY)
ifdef SEEDS
	$(BIN)/narcowatch migrate --verbosity 0
	$(BIN)/narcowatch night --seeds "$(SEEDS)"
else
	$(BIN)/python -m tests.world demo
endif

# Everything that must hold before a change lands.
test: $(READY) check
	$(BIN)/python -m pytest -n auto --dist loadfile

# The part of the suite that trains encoders: skipped above, since torch weighs more than all the
# rest together and nothing else needs it.
test-transformer: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[transformer]'
	$(BIN)/python -m pytest tests/classifiers/training tests/nightly/learning/test_train_stages.py

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

# Ratios measured side by side in one run; `make bench NAMES=focus` runs one of them.
bench: $(READY)
	$(BIN)/python -m bench $(NAMES)

install: $(READY)

$(READY): pyproject.toml constraints.txt debian-packages.txt
	scripts/system-packages
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,train]'
	touch $@

# What make itself made. Records of real nights in var/ stay.
clean:
	rm -rf $(VENV) var/demo var/exports/demo-regulator build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
