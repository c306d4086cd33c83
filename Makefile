# Everything here sets itself up: a fresh clone needs only Python 3.11 and pip.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
export HF_HUB_OFFLINE = 1

.PHONY: help setup demo train test test-slow faults lint format bench starter-head clean
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

# What `make train` is told. SOUNDS: a folder or list of sounds; DATA: a dataset, in their place. GPUS: processes, a GPU each.
PRESET ?= tiny
SOUNDS ?= $(wildcard sounds)
DATA ?=
GPUS ?=
DISTILL_OPTIONS ?=
TRAIN_OPTIONS ?=
VAE_OPTIONS ?=
LDM_OPTIONS ?=
RUN ?= runs/$(basename $(notdir $(PRESET)))

# From sounds to sounds in 20 minutes on two cores: windows of 5 s, half the cost of 10, and an autoencoder of 2,400 steps, not tiny's
# 4,000. Of the ten demo sounds none is held out.
TRAIN_DATA := $(or $(DATA),$(RUN)/data)
TRAIN_SETTINGS := $(if $(DATA),,--set stream.window_s=5 $(if $(SOUNDS),,--set stream.val_share=0))
VAE_SETTINGS := $(if $(DATA)$(filter-out tiny,$(PRESET)),,--max-steps 2400 --set vae_loss.adversarial_start_step=1681)
TRAIN := $(BIN)/$(if $(GPUS),accelerate launch --multi_gpu --num_processes $(GPUS) -m mkaudio,mkaudio) train
BEGIN_OR_RESUME = $(if $(wildcard $(RUN)/$(1)/checkpoints/*),--resume,--data $(TRAIN_DATA) --events $(RUN)/events \
	--preset $(PRESET) $(TRAIN_SETTINGS) $(2)) --output $(RUN)/$(1)

train: $(RUN)/.sounds ## Distil SOUNDS, train both models on them, make sounds: make train [SOUNDS=folder | DATA=dataset] [PRESET=base].
	@echo "sounds and their mels: $(RUN)/sounds; losses: $(RUN)/vae/loss.png $(RUN)/ldm/loss.png"

# A run is of one preset and one set of sounds.
HEARD := $(PRESET) on $(or $(DATA),$(SOUNDS),the demo sounds)
$(RUN)/.heard: FORCE
	@mkdir -p $(RUN)
	@test -e $@ || echo "$(HEARD)" > $@
	@test "$$(cat $@)" = "$(HEARD)" || { echo "$(RUN) is of $$(cat $@), not of $(HEARD): take RUN=another folder, or remove it"; exit 2; }

# A stage leaves a stamp when it is done, so that `make train` goes on where it was broken off.
$(RUN)/.distilled: | setup $(RUN)/.heard
	$(if $(DATA)$(SOUNDS),,$(BIN)/mkaudio fetch demo-sounds)
	$(if $(DATA),,$(BIN)/mkaudio distill --input "$(or $(SOUNDS),$$($(BIN)/mkaudio fetch demo-sounds))" --output $(TRAIN_DATA) \
		--window-s 5 --store-rate 16000 --clap starter-fast $(if $(wildcard $(TRAIN_DATA)/dataset.json),--resume) $(DISTILL_OPTIONS))
	touch $@

$(RUN)/.events: $(RUN)/.distilled
	$(BIN)/mkaudio events $(TRAIN_DATA) --output $(RUN)/events --replace
	touch $@

$(RUN)/.vae: $(RUN)/.events
	$(TRAIN) vae $(call BEGIN_OR_RESUME,vae,$(VAE_SETTINGS)) $(TRAIN_OPTIONS) $(VAE_OPTIONS)
	touch $@

$(RUN)/.ldm: $(RUN)/.vae
	$(TRAIN) ldm $(call BEGIN_OR_RESUME,ldm) --vae $(RUN)/vae $(TRAIN_OPTIONS) $(LDM_OPTIONS)
	touch $@

$(RUN)/.sounds: $(RUN)/.ldm cli/presets/prompts.txt
	$(BIN)/mkaudio generate --prompts cli/presets/prompts.txt --checkpoint $(RUN)/ldm --output $(RUN)/sounds --draw --overwrite
	touch $@

FORCE:

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
