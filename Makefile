# The newcomer's road: `make demo` and `make test` set up all that they need, from python3 and make alone.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PACKAGES := $(VENV)/.packages
READY  := $(VENV)/.ready
DEMO   ?= demo

# A Prefect server that a run starts for itself must neither phone home nor keep anything outside the checkout.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false

# The tests start hundreds of processes and pytest rewrites every assertion: bytecode is kept for the next one.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup packages demo test test-fast test-pythons try-python test-docker coverage lint format readme lock bench clean

help:
	@echo "make setup   build $(VENV) from the hash-locked requirements"
	@echo "make demo    run the main job on a synthetic investigation in $(DEMO)/"
	@echo "make test    run all tests (some of them: make test PYTEST=tests/data)"
	@echo "make test-fast    the tests that start no server and no worker process: a minute on two cores"
	@echo "make test-pythons  the same and the demo on each other Python of 3.11 to 3.13 that is found here"
	@echo "make coverage     which branches the tests reach (of the fast ones: make coverage PYTEST='-m \"not slow\"')"
	@echo "make test-docker  build the image and run the whole stack in a Docker engine (as root, on Debian)"
	@echo "make lint    ruff and mypy"
	@echo "make format  let ruff put the code in form"
	@echo "make readme  write the commands and tables into README.md and docs/ anew"
	@echo "make bench   benchmarks/mail.py at a small size"
	@echo "make lock    resolve the requirements anew (needs uv)"

setup: $(READY)

$(PACKAGES): requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON): install Python 3.11 to 3.13, or name it: make PYTHON=/path/to/python3 setup"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13: name one, as in make PYTHON=python3.12 setup"; exit 2; }
	@echo "setting up $(VENV): a few minutes, once; the packages come over the network"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/dev.txt
	@# Where bytecode is not written, every worker and server would parse 8,000 files anew: compile them once, here,
	@# on all cores; pip does it on one.
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib || true
	@touch $(PACKAGES)

$(READY): $(PACKAGES) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# An empty database for the Prefect server of a run, which else makes it at every first run of an investigation.
	@$(BIN)/python -m flows.service.local_server
	@touch $(READY)

demo: $(READY)
	rm -rf $(DEMO)
	$(BIN)/nwatch new $(DEMO) --synthetic --scale 0.01
	$(BIN)/nwatch run $(DEMO)
	@echo
	@echo "To have nwatch as a command in this terminal: . $(BIN)/activate"

test: $(READY)
	$(BIN)/python -m pytest -n auto $(PYTEST)

test-fast: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST)

# Each in a virtual environment of its own, .venv-3.12 say, which is kept for the next time.
test-pythons:
	@PYTHON="$(PYTHON)" .ci/pythons

packages: $(PACKAGES)

try-python: demo
	$(BIN)/python -c 'import flows.console.app, flows.investigate, flows.one_agency, flows.arrivals'
	$(BIN)/nwatch --help > /dev/null
	$(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST)

# Child processes are measured too, which makes the whole suite some three times as slow.
coverage: $(READY)
	rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/python -m coverage run -m pytest -n auto $(PYTEST)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

# An engine of its own, from Debian's packages, unpacked and started below a temporary folder; skips, saying why,
# where none can run.
test-docker: $(READY)
	TEST_DOCKER=1 $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/docker/test_engine.py $(PYTEST)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: $(READY)
	NWATCH_UPDATE_README=1 $(BIN)/python -m pytest -q tests/test_readme.py

# What runs; that and what tests; what the image has besides, for records on a store: the extra s3, in the versions
# that were tested, without what run.txt has already.
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 pyproject.toml
BESIDES := NR == FNR { if (/^[A-Za-z0-9]/) have[$$1]; next } /^[A-Za-z0-9]/ { new = !($$1 in have) } new

lock:
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --group dev -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) --extra s3 -c requirements/run.txt -c requirements/dev.txt -o requirements/.s3.txt
	awk '$(BESIDES)' requirements/run.txt requirements/.s3.txt > requirements/s3.txt
	@rm requirements/.s3.txt
	@! grep -n '://' requirements/*.txt

bench: $(READY)
	$(BIN)/python benchmarks/mail.py --messages 2000

clean:
	rm -rf .venv .venv-3.* $(VENV) $(DEMO) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
