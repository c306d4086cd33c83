# Everything here sets itself up: a fresh clone needs only Python 3.11 and pip.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export HF_HUB_OFFLINE = 1

.PHONY: help setup demo test test-slow faults lint format bench starter-head clean
.DEFAULT_GOAL := help

help: ## Show this list.
	@grep -E '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*?## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# The stamp is newer than what it was made of, so set-up runs once.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

setup: $(VENV)/.installed ## Make the virtual environment and fetch the starter pack.
	@$(BIN)/mkaudio fetch starter

demo: setup ## Distil ten real animal sounds, file names hidden, show their prompts, and compose them with one another.
	@$(BIN)/mkaudio fetch demo-sounds
	rm -rf runs/demo runs/demo-events runs/demo-preview
	$(BIN)/mkaudio distill --input "$$($(BIN)/mkaudio fetch demo-sounds)" --output runs/demo --no-file-names
	$(BIN)/mkaudio inspect runs/demo
	$(BIN)/mkaudio verify runs/demo
	$(BIN)/mkaudio events "$$($(BIN)/mkaudio fetch demo-sounds)" --output runs/demo-events
	$(BIN)/mkaudio reprogram runs/demo --events runs/demo-events --templates --epochs 1 --preview 10 --output runs/demo-preview

test: setup ## Run the quick tests.
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not slow and not faults"

test-slow: setup ## Run the tests that take minutes.
	$(BIN)/python -m pytest -m "slow and not faults"

faults: setup ## Kill, cut, fill and fail the disk: the whole sweep (an hour).
	$(BIN)/python -m pytest -m faults -s tests/faults

lint: $(VENV)/.installed ## Check style, docstrings and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed ## Format the code.
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup ## Measure the speed of distillation against its mandatory parts (ten minutes).
	$(BIN)/python tests/benchmarks/distill_speed.py

starter-head: setup ## Train a head for the starter scorer: make starter-head SOUNDS=folder with labels.csv (minutes).
	@test -n "$(SOUNDS)" || { echo "make starter-head SOUNDS=folder: a folder with labels.csv (path, set, split, label)"; exit 2; }
	$(BIN)/mkaudio starter-head --input "$(SOUNDS)" --output runs/starter-head

clean: ## Remove the virtual environment and what runs made.
	rm -rf $(VENV) runs build *.egg-info
