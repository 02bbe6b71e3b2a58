# Everything runs in .venv; the first target that needs it sets it up.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install test lint site demo benchmark weights clean

# Recipe of the shipped weights: simulated people, then self-supervised training, then a copy into the package.
PEOPLE ?= 14
PEOPLE_SEED ?= 1
VARIED_PEOPLE ?= 116
VARIED_SEED ?= 201
BAND_PEOPLE ?= 26
BAND_SEED ?= 5
# Motion capture in OpenSim files, which virtual sensors ride on (walking_arnold, walking_moco, running_hamner).
DATA_FOLDER ?= ../shared/data
CAPTURES = $(addprefix $(DATA_FOLDER)/,walking_arnold walking_moco running_hamner)
# Signals of real people without any reference, which are learned from as they are.
UNLABELLED ?= $(wildcard $(DATA_FOLDER)/imu_hugadb)
DEVICE ?= cpu
TEST_JOBS ?= 2
WEIGHTS := runs/weights
BAND_DATA = $(WEIGHTS)/band_people/person01[2-9] $(WEIGHTS)/band_people/person02[0-3]
ADAPTED_BAND_DATA = $(WEIGHTS)/band_people/person01[2-57-9] $(WEIGHTS)/band_people/person02[0-6]

help:
	@echo "make install     set up .venv"
	@echo "make demo        simulate people, estimate, adapt, compare, write kinertia-demo/ (under two minutes)"
	@echo "make test        run the tests"
	@echo "make lint        check style and types"
	@echo "make site        build docs/ as a site, site/index.html"
	@echo "make benchmark   speed of the physics; with DATA=folder also accuracy on averaged gait cycles"
	@echo "make weights     train the shipped weights again: an hour or two, goes on where it stopped; DEVICE=cuda uses a GPU"
	@echo "make clean       remove .venv, the site and results of the demo"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; try: make PYTHON=python3.12"; exit 1; }
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

# A file of tests stays with one worker, which makes its fixtures once; a second thread in a worker would only wait.
test: install
	OMP_NUM_THREADS=1 $(RUN)/python -m pytest --numprocesses $(TEST_JOBS) --dist loadfile

lint: install
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/pyright

site: install
	NO_MKDOCS_2_WARNING=1 $(RUN)/mkdocs build --strict --quiet

demo: install
	$(RUN)/kinertia demo --out kinertia-demo

benchmark: install
	$(RUN)/kinertia benchmark physics
ifdef DATA
	$(RUN)/kinertia benchmark cycles --data $(DATA) --method sspinnpose
endif

weights: install
	$(RUN)/kinertia simulate --subjects $(PEOPLE) --seed $(PEOPLE_SEED) --out $(WEIGHTS)/people --only walk_1 walk_2 walk_3 run_1 run_2 run_3 slope
	$(RUN)/kinertia train $(WEIGHTS)/people --config-file recipes/start.json --out $(WEIGHTS)/start --device $(DEVICE) \
		$(if $(wildcard $(WEIGHTS)/start/checkpoint.json),--resume)
	$(RUN)/kinertia train $(WEIGHTS)/people --from $(WEIGHTS)/start --out $(WEIGHTS)/model --device $(DEVICE) \
		$(if $(wildcard $(WEIGHTS)/model/checkpoint.json),--resume,--config.weights.posture 0.02)
	$(RUN)/kinertia simulate --varied --seconds 30 --subjects $(VARIED_PEOPLE) --seed $(VARIED_SEED) --out $(WEIGHTS)/varied --only walk_1 walk_2 walk_3 run_1 run_2 run_3
	$(RUN)/kinertia train $(WEIGHTS)/varied $(UNLABELLED) --from $(WEIGHTS)/model --config-file recipes/varied.json --out $(WEIGHTS)/default --device $(DEVICE) \
		$(if $(wildcard $(WEIGHTS)/default/checkpoint.json),--resume)
	$(RUN)/kinertia ship $(WEIGHTS)/default --overwrite --out src/kinertia/models/default --note "$(VARIED_PEOPLE) varied simulated people, seed $(VARIED_SEED), and signals of HuGaDB" \
		--recipe "make weights VARIED_PEOPLE=$(VARIED_PEOPLE) VARIED_SEED=$(VARIED_SEED)"
	$(RUN)/kinertia train $(WEIGHTS)/varied --from $(WEIGHTS)/default --config-file recipes/sparse.json --out $(WEIGHTS)/sparse --device $(DEVICE) \
		$(if $(wildcard $(WEIGHTS)/sparse/checkpoint.json),--resume)
	$(RUN)/kinertia ship $(WEIGHTS)/sparse --overwrite --out src/kinertia/models/sparse --name sparse \
		--note "from the weights of default: $(VARIED_PEOPLE) varied simulated people, seed $(VARIED_SEED), sensors hidden in 60 % of windows" \
		--recipe "make weights VARIED_PEOPLE=$(VARIED_PEOPLE) VARIED_SEED=$(VARIED_SEED)"
	$(RUN)/kinertia simulate --subjects $(BAND_PEOPLE) --seed $(BAND_SEED) --out $(WEIGHTS)/band_people --only walk_1 walk_2 walk_3 run_1 run_3
	for model in default sparse; do \
		$(RUN)/kinertia calibrate src/kinertia/models/$$model --data $(BAND_DATA) --measured $(CAPTURES) || exit 1; \
	done
	$(RUN)/kinertia calibrate src/kinertia/models/default --way adapted --data $(ADAPTED_BAND_DATA) --measured $(CAPTURES) --only walk_2 run_3

clean:
	rm -rf $(VENV) site kinertia-demo
