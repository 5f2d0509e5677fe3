#!/bin/sh
# Borders of the source tree: both builds compile the same pure files, pure code knows nothing of
# PostgreSQL, and every test has its expected output.
set -eu
cd "$(dirname "$0")/../.."
passed=0
failed=0

ok() {
  if [ -z "$2" ]; then
    passed=$((passed + 1))
    echo "ok   $1"
  else
    failed=$((failed + 1))
    echo "FAIL $1:"
    echo "$2" | sed 's/^/     /'
  fi
}

pure_folders="extension/core extension/sink output_plugin/event"
own_sources=$(find extension output_plugin test/unit test/fuzz -name '*.h' -o -name '*.cpp' -o -name '*.c')
pure_sources=$(for folder in $pure_folders; do find "$folder" -name '*.h' -o -name '*.cpp'; done)

# Configured apart from the tests' build, so that the two can run side by side.
mkdir -p build
rm -rf build/sources
cmake --preset default -B build/sources -G Ninja >build/sources.log 2>&1 || cat build/sources.log
cmake_list=$(sed -n 's/^ *"file": ".*\/\(\(extension\|output_plugin\)\/[^"]*\)".*/\1/p' \
  build/sources/compile_commands.json | sort -u)
make_list=$(make -s -C extension print-pure-sources | sort -u)
ok "make and CMake compile the same pure sources" "$(
  printf '%s\n' "$cmake_list" >build/sources.cmake
  printf '%s\n' "$make_list" >build/sources.make
  diff build/sources.cmake build/sources.make || true)"
ok "pure code includes no PostgreSQL header" "$(grep -nE \
  '#include.*(postgres|fmgr|libpq|pg_prelude|pg_compat|utils/|access/|catalog/|replication/|nodes/|extension/pg/)' \
  $pure_sources || true)"
ok "pure code does not throw" "$(grep -nE '(^|[^_[:alnum:]])throw[ ;(]' $pure_sources || true)"
ok "core knows no foreign library and no event" "$(grep -nE '#include.*(rdkafka|curl|output_plugin/event/[^e])' \
  extension/core/*.h extension/core/*.cpp || true)"
ok "foreign libraries enter through one prelude each" "$(grep -lE '#include <(librdkafka|curl)/' $own_sources |
  grep -vE '_prelude\.h$|^test/' || true)"
ok "events know no sinks" "$(grep -nE '#include.*(rdkafka|curl|extension/sink/)' \
  output_plugin/event/*.h output_plugin/event/*.cpp || true)"
ok "PostgreSQL enters through the prelude" "$(grep -lE '#include "(postgres|fmgr)\.h"' $own_sources |
  grep -v '^extension/pg/pg_prelude\.h$' || true)"
ok "version switches live in pg_compat.h and the prelude" "$(grep -nE 'PG_VERSION_NUM' $own_sources |
  grep -vE '^extension/pg/pg_(compat|prelude)\.h:' || true)"
ok "no notes to self in the sources" "$(grep -nwE 'TODO|FIXME|XXX|HACK' $own_sources || true)"
ok "every test has an expected output" "$(
  for file in sql/*.sql; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .sql)
    [ -e "expected/$name.out" ] || echo "expected/$name.out is missing"
  done
  for file in expected/*.out; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .out)
    [ -e "sql/$name.sql" ] || [ -e "sql/${name%_[0-9]}.sql" ] || echo "sql/$name.sql is missing"
  done
  for file in test/isolation/specs/*.spec; do
    [ -e "$file" ] || continue
    name=$(basename "$file" .spec)
    [ -e "test/isolation/expected/$name.out" ] || echo "test/isolation/expected/$name.out is missing"
  done)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
