# The house's chores. Works with GNU make 3.81 and later, on Linux, macOS and (from Git Bash) Windows.
SHELL := bash
.DEFAULT_GOAL := help

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
WINDOW := yes
else
BIN := $(VENV)/bin
WINDOW := $(if $(filter Darwin,$(shell uname -s)),yes,$(DISPLAY)$(WAYLAND_DISPLAY))
endif

export PYTHON
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Each stamp says that a step was done since the files that it depends on last changed.
MADE := $(VENV)/made.stamp
INSTALLED := $(VENV)/installed.stamp
FOR_DEVELOPMENT := $(VENV)/installed-for-development.stamp
FOR_DISPLAY := $(VENV)/display.stamp
FOR_KEYS := $(VENV)/keys.stamp

.PHONY: help run test check format test-gpu test-camera test-webcam test-display test-data clean

help: ## List what can be made
	@echo "Puppet turns a portrait into your live webcam double."
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'
	@echo "PYTHON=NAME chooses the Python (3.11 to 3.13) that the environment $(VENV) is made with."

run: $(INSTALLED) $(if $(WINDOW),$(FOR_DISPLAY)) ## Start the live window; with no display, animate the demo for 10 s
	@$(BIN)/python scripts/run_demo.py

test: check ## Check, then run every test that needs no special hardware
	$(BIN)/python -m pytest

check: $(FOR_DEVELOPMENT) ## Formatting, lint, types and the walls between rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(FOR_DEVELOPMENT) ## Format the code and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test-gpu: ## Tests that need an NVIDIA GPU
test-camera: ## puppet-live between a webcam and a virtual camera, in a virtual machine (minutes, more the first time)
test-webcam: ## Tests that need a real camera
test-display: ## Tests that need an X display: xvfb-run -a -s -noreset make test-display
test-data: ## Tests that need the training packs (PUPPET_DATA=FOLDER)
test-gpu test-camera test-webcam test-display test-data: test-%: $(FOR_DEVELOPMENT)
	$(BIN)/python -m pytest -m $*

test-display: $(FOR_DISPLAY) $(FOR_KEYS)

clean: ## Remove caches, builds and results; the environment and training runs stay
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist result.mp4 result.png
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# An environment that runs a suitable Python is kept, whoever made it; anything else in its place is made anew.
$(MADE):
	@bash scripts/system_packages.sh
	@if PYTHON=$(BIN)/python bash scripts/suitable_python.sh >/dev/null 2>&1 && $(BIN)/python -c 'import pip' 2>/dev/null; then \
	    echo "Keeping the environment $(VENV)"; \
	else \
	    python=$$(bash scripts/suitable_python.sh) && \
	    echo "Making the environment $(VENV) with $$python, $$("$$python" --version)" && \
	    "$$python" -m venv --clear $(VENV); \
	fi
	@touch $@

$(INSTALLED): $(MADE) pyproject.toml
	@echo "Installing Puppet into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(FOR_DEVELOPMENT): $(MADE) pyproject.toml
	@echo "Installing Puppet with what training and development need into $(VENV) (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --editable '.[dev,training]'
	@touch $@ $(INSTALLED)

$(FOR_DISPLAY): $(MADE) scripts/system_packages.sh
	@bash scripts/system_packages.sh --display
	@touch $@

$(FOR_KEYS): $(FOR_DEVELOPMENT)
	@$(BIN)/python -m pip install --quiet --editable '.[keys]'
	@touch $@
