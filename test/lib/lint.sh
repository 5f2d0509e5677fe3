#!/bin/sh
# Everything that can be said about the sources without running them. clang-tidy reads the pure code
# through the compile database of the unit tests' build.
set -u
cd "$(dirname "$0")/../.." || exit
failed=0
step() { # step NAME COMMAND...
  name=$1
  shift
  if "$@"; then echo "ok   $name"; else echo "FAIL $name"; failed=1; fi
}
format() {
  find extension output_plugin test/unit test/fuzz \( -name '*.h' -o -name '*.c' -o -name '*.cpp' \) \
    -exec clang-format-19 --dry-run --Werror {} +
}
tidy() {
  cmake --preset default -G Ninja >build/lint.log 2>&1 || { cat build/lint.log; return 1; }
  # Clang 19 does not compile Debian 12's RapidJSON.
  grep -rLZ --include='*.cpp' rapidjson extension/core extension/sink output_plugin/event |
    xargs -0 -n 4 -P "$(nproc 2>/dev/null || echo 2)" clang-tidy-19 --quiet -p build/cmake 2>build/lint.log ||
    { grep -v 'warnings generated' build/lint.log; return 1; }
}
shell() {
  shellcheck --severity=warning .ci/run test/lib/*.sh test/majors/*.sh
}
mkdir -p build
step format format
step clang-tidy tidy
step shellcheck shell
step sources test/lib/sources_test.sh
exit $failed
