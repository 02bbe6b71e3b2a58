# Everything runs in .venv; the first target that needs it sets it up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install test lint demo benchmark clean

help:
	@echo "make install     set up .venv"
	@echo "make demo        simulate two people, train, estimate, write kinertia-demo/ (about two minutes)"
	@echo "make test        run the tests"
	@echo "make lint        check style and types"
	@echo "make benchmark   speed of the physics; with DATA=folder also accuracy on averaged gait cycles"
	@echo "make clean       remove .venv and results of the demo"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12"; exit 1; }
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

test: install
	$(RUN)/python -m pytest

lint: install
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/pyright

demo: install
	$(RUN)/kinertia demo --out kinertia-demo

benchmark: install
	$(RUN)/kinertia benchmark physics
ifdef DATA
	$(RUN)/kinertia benchmark cycles --data $(DATA) --method sspinnpose
endif

clean:
	rm -rf $(VENV) kinertia-demo
