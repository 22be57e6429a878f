# For newcomers: `make demo` and `make test` set up all that they need; python3 and make must be there.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STUDIO := .venv-label-studio
PACKAGES := $(VENV)/.packages
READY  := $(VENV)/.ready
DEMO   ?= demo
EXTRAS := s3 kubernetes slurm

# A Prefect server that a run starts must not phone home.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false

# The tests start hundreds of processes, and pytest rewrites every assertion: bytecode is kept for the next run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup site packages demo test test-fast test-pythons try-python test-postgres test-docker test-label-studio coverage covered lint format readme pictures lock bench verdicts clean

help:
	@echo "make setup   build $(VENV) from the hash-locked requirements"
	@echo "make site    build an environment without what tests: make VENV=/shared/nwatch/venv EXTRAS=slurm site"
	@echo "make demo    run the main job on a synthetic investigation in $(DEMO)/"
	@echo "make test    run all tests (some of them: make test PYTEST=tests/data)"
	@echo "make test-fast    the tests that are neither slow nor long: under a minute on two cores"
	@echo "make test-pythons  the same, and the demo, on each other Python from 3.11 to 3.13 that is installed here"
	@echo "make coverage     which branches the tests reach (the fast tests only: make coverage PYTEST='-m \"not slow\"')"
	@echo "make test MEASURE=fast covered    all tests, and which branches those reach that only compute"
	@echo "make test-postgres  the deployments on PostgreSQL, of Debian's package; make test has them on SQLite"
	@echo "make test-docker  build the image and run the whole stack in a Docker engine (as root, on Debian)"
	@echo "make test-label-studio  install a real Label Studio in $(STUDIO) (800 MB), start it on loopback, and code in it"
	@echo "make lint    ruff and mypy"
	@echo "make format  format the code with ruff"
	@echo "make readme  update the commands and tables in README.md and docs/"
	@echo "make pictures  make the pictures of README.md and docs anew, of a synthetic run (needs Chromium, LibreOffice, poppler-utils)"
	@echo "make bench   run benchmarks/mail.py at a small size; and benchmarks/findings.py, where NWATCH_REAL names the real data"
	@echo "make verdicts  measure how often verdicts are wrong, over real cities (NWATCH_REAL names their folder)"
	@echo "make lock    resolve the requirements again (needs uv)"

setup: $(READY)

$(PACKAGES): requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON): install Python 3.11 to 3.13, or name it: make PYTHON=/path/to/python3 setup"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "$(PYTHON) is not Python 3.11, 3.12 or 3.13: name one, as in make PYTHON=python3.12 setup"; exit 2; }
	@echo "setting up $(VENV): a few minutes, once; the packages come over the network"
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements/dev.txt
	@# Where bytecode is not written, every worker and server would parse 8,000 files again: compile them once, here,
	@# on all cores; pip uses one.
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib || true
	@touch $(PACKAGES)

$(READY): $(PACKAGES) pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@# An empty database for the Prefect server of nwatch run --ui, which would otherwise be made for each investigation.
	@$(BIN)/python -m flows.service.local_server
	@touch $(READY)

# For a site without containers, such as one with SLURM: what runs, and the extras; without what tests. The setuptools that
# installs the clone in place stays out, as in the image.
site:
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps --require-hashes \
		-r requirements/run.txt $(EXTRAS:%=-r requirements/%.txt)
	awk '/^[A-Za-z]/ { wanted = /^setuptools==/ } wanted' requirements/dev.txt > $(VENV)/setuptools.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(VENV)/build -r $(VENV)/setuptools.txt
	PYTHONPATH=$(VENV)/build $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	rm -r $(VENV)/build $(VENV)/setuptools.txt
	$(BIN)/python -m flows.service.local_server

demo: $(READY)
	rm -rf $(DEMO)
	$(BIN)/nwatch new $(DEMO) --synthetic --scale 0.01
	$(BIN)/nwatch run $(DEMO)
	$(BIN)/nwatch sample $(DEMO) --reader anna --reader ben --reader carla
	$(BIN)/python -P -m data.synthetic.handed_in $(DEMO)  # three readers who are made up
	$(BIN)/nwatch tally $(DEMO)
	@echo
	@echo "To have nwatch as a command in this terminal: . $(BIN)/activate"

test: $(READY)
ifeq ($(MEASURE),fast)
	rm -rf build/coverage && mkdir -p build/coverage
	MEASURE=fast $(BIN)/python -m coverage run -m pytest -n auto $(PYTEST)
else
	$(BIN)/python -m pytest -n auto $(PYTEST)
endif

test-fast: $(READY)
	$(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST)

# Each in a virtual environment of its own, such as .venv-3.12, which is kept for the next time.
test-pythons:
	@PYTHON="$(PYTHON)" .ci/pythons

packages: $(PACKAGES)

try-python: demo
	$(BIN)/python -c 'import flows.console.app, flows.investigate, flows.one_agency, flows.arrivals'
	$(BIN)/nwatch --help > /dev/null
	$(BIN)/python -m pytest -n auto -m "not slow" $(PYTEST)

# Child processes are measured too, which makes the whole suite about three times slower.
coverage: $(READY)
	rm -rf build/coverage && mkdir -p build/coverage
	$(BIN)/python -m coverage run -m pytest -n auto $(PYTEST)
	@$(MAKE) --no-print-directory covered

# What was measured last; fails below the floor of pyproject.toml.
covered: $(READY)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

# A database of its own, which is taken away.
test-postgres: $(READY)
	TEST_POSTGRES=1 $(BIN)/python -m pytest tests/whole/test_deployments.py tests/whole/test_database.py $(PYTEST)

# An engine of its own, from Debian's packages, unpacked and started in a temporary folder. Where none can run, the
# tests are skipped, with the reason.
test-docker: $(READY)
	TEST_DOCKER=1 $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/docker/test_engine.py $(PYTEST)

# Its 160 packages are locked like ours, and kept apart: no requirement of ours has to agree with theirs. What it
# exports is recorded in tests/tasks/coding/recorded; anew with: make test-label-studio TEST_RECORD=1
$(STUDIO)/.ready: requirements/label-studio.txt
	@echo "setting up $(STUDIO): 800 MB, a few minutes, once; the packages come over the network"
	$(PYTHON) -m venv --clear $(STUDIO)
	$(STUDIO)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/label-studio.txt
	@touch $@

test-label-studio: $(READY) $(STUDIO)/.ready
	TEST_LABEL_STUDIO=$(STUDIO)/bin/label-studio $(BIN)/python -m pytest -o faulthandler_timeout=0 tests/label_studio $(PYTEST)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: $(READY)
	NWATCH_UPDATE_README=1 $(BIN)/python -m pytest -q tests/test_readme.py

# Two of a report, one of its run in the Prefect UI, two of sheets; a minute. Look at them before they are committed.
pictures: $(READY)
	$(BIN)/python -m tests.browser.pictures

# run.txt: what runs. dev.txt: that, and what tests. s3.txt, kubernetes.txt, slurm.txt: what each extra needs in addition,
# in the versions that were tested, without what run.txt already has; the image has s3, and the others on request.
# label-studio.txt: Label Studio, for make test-label-studio.
COMPILE_ONLY := uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11
COMPILE := $(COMPILE_ONLY) pyproject.toml
BESIDES := NR == FNR { if (/^[A-Za-z0-9]/) have[$$1]; next } /^[A-Za-z0-9]/ { new = !($$1 in have) } new

lock:
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --group dev -c requirements/run.txt -o requirements/dev.txt
	for extra in $(EXTRAS); do \
		$(COMPILE) --extra $$extra -c requirements/run.txt -c requirements/dev.txt -o requirements/.$$extra.txt || exit; \
		awk '$(BESIDES)' requirements/run.txt requirements/.$$extra.txt > requirements/$$extra.txt; \
		rm requirements/.$$extra.txt; \
	done
	echo 'label-studio==1.*' | $(COMPILE_ONLY) - -o requirements/label-studio.txt
	@! grep -n '://' requirements/*.txt

bench: $(READY)
	$(BIN)/python benchmarks/mail.py --messages 2000
	@# And of an investigation that was run: benchmarks/report.py FOLDER; and of a cluster, by simulation: benchmarks/cluster.py
	@[ -z "$$NWATCH_REAL" ] || $(BIN)/python benchmarks/findings.py

verdicts: $(READY)
	$(BIN)/python benchmarks/verdicts.py --write docs/method.md

clean:
	rm -rf .venv .venv-3.* $(STUDIO) $(VENV) $(DEMO) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
