# Two commands on a fresh machine: `make demo` plays the main job, `make test` runs the tests.
# Everything else is for people who work on Comity.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test soak test-postgres test-pkcs11 tck interop kernel test-kernel miri-kernel lint-kernel lint format bench bench-peers bench-quality docs picture clean

help: ## Show this
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

# A stamp, so that a second call installs nothing and needs no network.
$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.develop: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[postgres,test,lint]'
	@touch $@

demo: $(VENV)/.run ## Play the main job: two nodes agree, match, ask, answer and prove it
	$(BIN)/comity demo $(ARGS)

test: $(VENV)/.develop ## Run the tests
	$(BIN)/python -m pytest -n 2 $(ARGS)

test-postgres: $(VENV)/.develop ## Run the store's tests on a real PostgreSQL (see CONTRIBUTING.md)
	BIN=$(BIN) tests/postgres.sh $(ARGS)

$(VENV)/.pkcs11: $(VENV)/.develop
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[pkcs11]'
	@touch $@

test-pkcs11: $(VENV)/.pkcs11 ## Run the tests of keys in a token, on a SoftHSM (see CONTRIBUTING.md)
	BIN=$(BIN) tests/pkcs11.sh $(ARGS)

soak: $(VENV)/.develop ## Kill two nodes at every step, KILLS times (1000), as SEED says
	PYTHONPATH=tests $(BIN)/python -m soak

# The Eclipse connector, from Maven Central, and the few lines of Java that plug into it.
EDC := tests/interop/edc
$(EDC)/target/.fetched: $(EDC)/pom.xml
	tests/tck/install.sh
	rm -rf $(EDC)/target
	mvn --quiet --batch-mode --file $(EDC) dependency:copy-dependencies -DexcludeTypes=pom \
		-DincludeScope=runtime -DoutputDirectory=target/lib
	@touch $@

$(EDC)/target/.built: $(EDC)/target/.fetched $(wildcard $(EDC)/src/interop/*.java)
	javac -proc:none -nowarn -d $(EDC)/target/classes -cp '$(EDC)/target/lib/*' $(EDC)/src/interop/*.java
	@touch $@

# The Go reference code for transparency logs, from the module proxy, and a few lines that use it.
GOLANG := tests/interop/golang
$(GOLANG)/target/.built: $(GOLANG)/go.mod $(GOLANG)/go.sum $(wildcard $(GOLANG)/*.go)
	cd $(GOLANG) && go build -o target/ . filippo.io/torchwood/cmd/litewitness filippo.io/torchwood/cmd/witnessctl
	@touch $@

interop: $(VENV)/.develop $(EDC)/target/.built $(GOLANG)/target/.built ## Play with what others wrote: a connector, logs
	PYTHONPATH=tests $(BIN)/python -m interop $(ARGS)

# The kit's modules, as Maven Central has them; the list of their files is all that is written.
$(VENV)/tck.classpath: tests/tck/pom.xml $(VENV)/.develop
	tests/tck/install.sh
	mvn --quiet --batch-mode -Dstyle.color=never --file $< dependency:build-classpath -Dmdep.outputFile=$(abspath $@)

tck: $(VENV)/tck.classpath ## Run the public DSP conformance kit (see CONTRIBUTING.md)
	PYTHONPATH=tests $(BIN)/python -m tck $< $(ARGS)

# The fast kernel: a wheel, made and installed anew where its source changed. Needs Rust.
CRATE := kernel
$(VENV)/.kernel: $(VENV)/.run $(wildcard $(CRATE)/src/*.rs $(CRATE)/src/*/*.rs $(CRATE)/Cargo.* $(CRATE)/*.toml)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt maturin
	rm -rf $(CRATE)/target/wheels
	$(BIN)/maturin build --release --quiet --manifest-path $(CRATE)/Cargo.toml --interpreter $(BIN)/python --out $(CRATE)/target/wheels
	$(BIN)/python -m pip install --quiet --no-deps --force-reinstall $(CRATE)/target/wheels/*.whl
	@touch $@

kernel: $(VENV)/.kernel ## Build the fast kernel and install it (needs Rust)

# SAMPLES are the inputs on which all kernels are compared; ten million take an hour or two.
SAMPLES ?= 2000
test-kernel: $(VENV)/.kernel $(VENV)/.develop ## Test the fast kernel, in Rust and against the portable one
	cargo test --release --quiet --no-default-features --manifest-path $(CRATE)/Cargo.toml
	COMITY_KERNEL_SAMPLES=$(SAMPLES) $(BIN)/python -m pytest -n 2 tests/kernel $(ARGS)

# Miri knows none of the wide instructions: it runs what decides about places and sizes.
miri-kernel: ## Run parts of the fast kernel's tests under Miri (needs a nightly Rust with it)
	cargo +nightly miri test --no-default-features --lib --manifest-path $(CRATE)/Cargo.toml -- search recoding windows_are

lint-kernel: ## Style of the Rust code
	cargo fmt --check --manifest-path $(CRATE)/Cargo.toml
	cargo clippy --quiet --all-targets --manifest-path $(CRATE)/Cargo.toml -- -D warnings

lint: $(VENV)/.develop ## Style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.develop ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.develop ## Measure, write bench/results.json and print the table
	$(BIN)/python -m bench
	PYTHONPATH=tests $(BIN)/python -m documents

# What others made, in an environment of their own: their versions of things are not ours.
PEERS := .venv-peers
$(PEERS)/.run: bench/peers/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --requirement $<
	@touch $@

# SIZES are those of the set, ONLY names tools; figures of what is left out stay as they are.
bench-peers: $(VENV)/.develop $(VENV)/.kernel $(PEERS)/.run ## Measure beside other tools (needs Rust, 75 minutes)
	$(BIN)/python -m bench.peers --sizes='$(SIZES)' --only='$(ONLY)'
	PYTHONPATH=tests $(BIN)/python -m documents

# What others made for matching by names, each in an environment of its own.
QUALITY := .venv-quality
$(QUALITY)/.run: bench/quality/install.sh $(wildcard bench/quality/requirements-*.txt)
	PYTHON=$(PYTHON) bench/quality/install.sh $(QUALITY)
	@touch $@

# DATA is the folder of the lists, SETS and ONLY name sets and tools; other figures stay as they are.
# OURS, THEIRS and TRUTH are two lists of your own and a file of pairs: their figures are printed.
bench-quality: $(VENV)/.develop $(QUALITY)/.run ## Measure what matching by names finds, beside other tools
	PYTHONPATH=tests $(BIN)/python -m bench.quality --data='$(DATA)' --sets='$(SETS)' --only='$(ONLY)' \
		--ours='$(OURS)' --ours-format='$(or $(OURS_FORMAT),csv)' --ours-map='$(OURS_MAP)' \
		--theirs='$(THEIRS)' --theirs-format='$(or $(THEIRS_FORMAT),csv)' --theirs-map='$(THEIRS_MAP)' \
		--truth='$(TRUTH)'
	PYTHONPATH=tests $(BIN)/python -m documents

docs: $(VENV)/.develop ## Write the generated parts of the documents anew
	PYTHONPATH=tests $(BIN)/python -m documents

picture: $(VENV)/.develop ## Play the demo and draw it into docs/demo.svg
	PYTHONPATH=tests $(BIN)/python -m documents.picture

clean: ## Remove what the targets above made
	rm -rf $(VENV) $(PEERS) $(QUALITY) $(EDC)/target $(GOLANG)/target $(CRATE)/target .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
