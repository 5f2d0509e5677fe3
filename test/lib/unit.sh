#!/bin/sh
# unit.sh PRESET: builds the pure code and its unit tests with a preset of CMakePresets.json, and
# runs them.
set -eu
cd "$(dirname "$0")/../.."
preset=$1
jobs=$(nproc 2>/dev/null || echo 2)
werror=OFF
if [ "${WERROR:-}" = 1 ]; then werror=ON; fi
cmake --preset "$preset" -G Ninja -DPENSTOCK_WERROR=$werror
cmake --build --preset "$preset" -j "$jobs"
ctest --preset "$preset" -j "$jobs" --no-tests=error
