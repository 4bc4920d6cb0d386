# Builds .venv from requirements.txt (once, and again when it or pyproject.toml changes) and runs.
# PYTHON=... chooses the interpreter; else the first Python >= 3.11 found that really runs.

unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
.PHONY: demo test lint validate bench docs clean

# The mark of a finished environment names the folder: a copied .venv is built anew.
READY := .venv/ready-$(shell printf '%s' "$(CURDIR)" | cksum | cut -d ' ' -f 1)
RUN := .venv/bin/python
PYTEST := $(RUN) -m pytest -n auto

demo: $(READY)
	.venv/bin/alphatwin demo -o out/demo

test: $(READY)
	$(PYTEST) -m "not validation and not bench"

lint: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	.venv/bin/lint-imports

validate: $(READY)
	$(PYTEST) -m validation

bench: $(READY)
	$(RUN) -m pytest -m bench -s --benchmark-enable --benchmark-columns=median,iqr,rounds

docs: $(READY)
	for tool in tools/make_*_page.py tools/make_*_reference.py; do $(RUN) "$$tool" || exit 1; done
	$(RUN) tools/run_pages.py --write

clean:
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache

$(READY): requirements.txt pyproject.toml
	@if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else \
	  set -- python3.13 python3.12 python3.11 python3 python3.14 python; fi; \
	found=; bare=; \
	probe='import sys, venv; sys.exit(sys.version_info < (3, 11))'; \
	for python in "$$@"; do \
	  "$$python" -c "$$probe" >/dev/null 2>&1 || continue; \
	  "$$python" -c 'import ensurepip' >/dev/null 2>&1 || { bare="$$python"; continue; }; \
	  found="$$python"; break; \
	done; \
	if [ -z "$$found" ] && [ -n "$$bare" ]; then \
	  echo "$$bare has no ensurepip, so it cannot make an environment: install its venv package" \
	    "(Debian, Ubuntu: apt install python3-venv) or name another Python: make PYTHON=..." >&2; exit 1; \
	elif [ -z "$$found" ]; then \
	  echo "No Python >= 3.11 that runs was found (tried $$*): install one," \
	    "or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	echo "Building .venv with $$("$$found" -c 'import sys; print(sys.executable, sys.version.split()[0])')"; \
	rm -rf .venv; "$$found" -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(RUN) -m pip check --disable-pip-version-check
	touch "$@"
