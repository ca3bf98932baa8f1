# make demo   everything on the invented sample data, ends in a PDF
# make test   what CI runs: format, lint, types, layers, tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The CPU build of torch everywhere: newer releases bring several GB of CUDA along.
TORCH := torch==2.13.0
DEMO := demo

.PHONY: demo test check format clean

demo: $(VENV)/.installed
	@mkdir -p $(DEMO)
	AFFECT_KEY_FILE=$(DEMO)/author.key $(BIN)/affect run pipelines/demo.toml --db $(DEMO)/affect.duckdb --set out=$(DEMO)
	@echo "The report: $(CURDIR)/$(DEMO)/report.pdf"

test: $(VENV)/.tested check

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n 2 --dist loadfile

format:
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(TORCH) -e .
	@touch $@

$(VENV)/.tested: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(TORCH) -e ".[test]"
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(DEMO) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
