# Two commands for everybody: `make run` and `make test`. Prerequisites: uv and make.

export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_SEARCH_PATH := $(shell ls -dr $(HOME)/.pyenv/versions/3.1*/bin 2>/dev/null | tr '\n' ':')$(PATH)
# pyenv's versions are not on the path by themselves; where there is no pyenv uv finds or fetches Python.

UV ?= uv
RASA_PROJECT := bot/dialogue_engine
RASA_ENVIRONMENT := $(CURDIR)/.venv-rasa
RASA := .venv-rasa/bin/python -m rasa
RASA_SETTINGS := RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=$(CURDIR) PYTHONWARNINGS=ignore SQLALCHEMY_SILENCE_UBER_WARNING=1 LOG_LEVEL=ERROR

.PHONY: run test check bench train setup clean browser

run: setup
	@$(UV) run --frozen acompana run

test: setup
	@$(UV) run --frozen pytest -n 2 --dist loadfile

check: setup
	$(UV) run --frozen ruff format --check .
	$(UV) run --frozen ruff check .
	$(UV) run --frozen mypy
	$(UV) run --frozen lint-imports
	$(UV) run --frozen acompana content check
	$(RASA_SETTINGS) $(RASA) data validate --domain flows --data flows data/nlu --fail-on-warnings

train: setup
	@$(UV) run --frozen acompana train

bench: setup
	$(UV) run --frozen python -m bench

# Both environments. The marks make a second call free.
setup: .venv/.installed .venv-rasa/.installed

.venv/.installed: uv.lock pyproject.toml
	@echo "Installing Acompaña (Python 3.12 or newer) ..." >&2
	$(UV) sync --frozen --quiet
	@touch $@

.venv-rasa/.installed: $(RASA_PROJECT)/uv.lock $(RASA_PROJECT)/pyproject.toml
	@echo "Installing the dialogue engine (Rasa on Python 3.10; the first time takes a few minutes) ..." >&2
	UV_PROJECT_ENVIRONMENT=$(RASA_ENVIRONMENT) $(UV) sync --frozen --quiet --project $(RASA_PROJECT)
	@touch $@

clean:
	rm -rf .venv .venv-rasa .rasa var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
