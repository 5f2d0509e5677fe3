# Targets for users and developers; "make help" lists them. The modules are built with PGXS by
# extension/Makefile and output_plugin/Makefile, the pure code and its unit tests by CMakeLists.txt.
#
# PG_CONFIG=/path/to/pg_config chooses the server, WERROR=1 makes warnings errors.

PG_CONFIG ?= pg_config
export PG_CONFIG WERROR FAILPOINTS
modules = extension output_plugin
check = python3 test/lib/check.py
deps = test/lib/deps.sh
# Runs a tool on the private copy of PostgreSQL that check.py filled, not on PG_CONFIG's.
private = env -u PG_CONFIG
sources = $(shell find extension output_plugin test/unit test/fuzz -name '*.h' -o -name '*.c' -o -name '*.cpp')

all: ## build both modules
	@$(deps) check build
	@set -e; for module in $(modules); do $(MAKE) -C $$module all; done

install: all ## install them into the server of PG_CONFIG
	@set -e; for module in $(modules); do $(MAKE) -C $$module install; done

uninstall: ## remove them from it
	@set -e; for module in $(modules); do $(MAKE) -C $$module uninstall; done

clean: ## remove everything that was built
	@set -e; if pgxs=$$($(PG_CONFIG) --pgxs 2>/dev/null) && test -f "$$pgxs"; then \
	  for module in $(modules); do $(MAKE) -C $$module clean; done; fi
	rm -rf build results tmp_check output_iso log regression.diffs regression.out

# From here on what tests and shows. These targets install missing packages themselves on Debian
# and Ubuntu (root, or sudo without a password), use a private copy of PostgreSQL below build/ and
# never touch the server that is installed.

check: test-packages ## every test (20 minutes at most); says "N passed, N failed" at the end
	@$(check)

check-majors: test-packages ## the same for PostgreSQL 15 to 18, which are fetched; MAJORS="16 18" for some
	@$(deps) install majors
	@test/majors/run $(MAJORS)

unit: test-packages ## unit tests of the pure code
	@test/lib/unit.sh default

sanitize: test-packages ## both modules and the unit tests under AddressSanitizer and UBSan
	@test/sanitize/run $(SUITES)

fuzz: test-packages ## libFuzzer under ASan and UBSan; SECONDS=600 each, TARGET=name,… for some
	@$(deps) install fuzz
	@test/fuzz/run $(if $(filter command line environment,$(origin SECONDS)),--seconds $(SECONDS)) $(if $(TARGET),--target $(TARGET))

isolation: test-packages ## concurrent sessions
	@$(check) isolation

tap: test-packages ## restarts, crashes, destinations that go away
	@$(check) tap

integration: test-packages ## a real Kafka broker, content compared with the tables
	@$(check) integration

integration-flink: test-packages ## Flink SQL over a sink's topics gives what PostgreSQL gives
	@$(check) --build
	@$(private) test/flink/run

conformance: test-packages ## the same SQL through Debezium gave these events; CASES=dir for others
	@$(check) --build
	@$(private) test/conformance/run $(if $(CASES),--cases $(CASES))

oracle: test-packages ## random statements through Debezium and penstock; SEED=n or SEEDS=n EVENTS=n
	@$(check) --build
	@$(private) test/oracle/run $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(EVENTS),--events $(EVENTS))

installcheck: ## SQL tests in the running server of PGHOST and PGPORT, which preloads penstock
	@test/lib/installcheck.sh

demo: test-packages ## databases, a real Kafka broker, events as they arrive; KEEP=1 leaves them up
	@$(check) --build
	@$(private) test/demo/demo

bench: test-packages ## events per second beside other plugins; BENCH=name for one of them
	@$(deps) install bench
	@$(check) --build
	@$(private) test/bench/run

faults: test-packages ## kill -9 and broken networks under load; ROUNDS=n VICTIM=name,… SEED=n
	@$(check) --build
	@$(private) test/faults/run $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(VICTIM),--victim $(VICTIM)) $(if $(SEED),--seed $(SEED))

retention: test-packages ## sinks let go of WAL that others write; MEGABYTES=2048 each time
	@$(check) --build
	@$(private) test/faults/retention $(if $(MEGABYTES),--megabytes $(MEGABYTES))

outage: test-packages ## destinations away for ten minutes; DURATION=seconds
	@$(check) --build
	@$(private) test/faults/outage $(if $(DURATION),--seconds $(DURATION))

lint: test-packages ## format, static analysis, shell scripts, borders of the source tree
	@$(deps) install lint
	@test/lib/lint.sh

format: ## format the sources
	@$(deps) install format
	@clang-format-19 -i $(sources)

format-check: ## say which sources are not formatted
	@$(deps) install format
	@clang-format-19 --dry-run --Werror $(sources)

docs: test-packages ## write docs/options.md and docs/types.md anew from the product
	@$(check) --build
	@$(private) test/lib/docs.py

dist: ## build/penstock-VERSION.zip for PGXN, from the last commit
	@mkdir -p build
	@version=$$(sed -n "s/^default_version = '\(.*\)'/\1/p" extension/penstock.control); \
	git archive --format=zip --prefix=penstock-$$version.0/ -o build/penstock-$$version.0.zip HEAD; \
	echo build/penstock-$$version.0.zip

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r target text; do printf '  %-14s %s\n' "$$target" "$$text"; done

test-packages:
	@$(deps) install build test

.PHONY: all install uninstall clean check check-majors unit sanitize fuzz isolation tap integration integration-flink conformance oracle \
	installcheck demo bench faults retention outage lint format format-check docs dist help test-packages
