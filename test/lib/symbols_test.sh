#!/bin/sh
# The dynamic symbols of both modules: exactly what PostgreSQL looks up, no C++ symbol that could
# meet the other module's, and no library that a module does not need.
set -eu
cd "$(dirname "$0")/../.."
passed=0
failed=0

ok() { # ok NAME STATUS-TEXT: empty text passes
  if [ -z "$2" ]; then
    passed=$((passed + 1))
    echo "ok   $1"
  else
    failed=$((failed + 1))
    echo "FAIL $1:"
    echo "$2" | sed 's/^/     /'
  fi
}

exported() {
  nm -D --defined-only "$1" | awk '{print $3}' | sed 's/@.*//' | sort -u
}
libraries() {
  readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}
only() { # only PATTERN: the lines that do not match it
  grep -Evx "$1" || true
}

libdir=$("${PG_CONFIG:-pg_config}" --pkglibdir)
worker=$libdir/penstock.so
plugin=$libdir/penstock_output.so
sql_functions=$(sed -n "s/.*'MODULE_PATHNAME', '\([a-z0-9_]*\)'.*/\1/p" extension/penstock--*.sql | sort -u)

ok "penstock.so exports nothing else" "$(exported $worker |
  only 'Pg_magic_func|_PG_init|penstock_(launcher|scanner|sink)_main|(pg_finfo_)?penstock_[a-z0-9_]+' |
  sed 's/^/exported: /')"
ok "penstock.so: what is exported is looked up" "$(exported $worker | grep '^penstock_' |
  grep -vx 'penstock_[a-z]*_main' | while read -r name; do
    exported $worker | grep -qx "pg_finfo_$name" || echo "no SQL function: $name"
  done)"
ok "penstock.so has every function of the install script" "$(for name in $sql_functions; do
  for symbol in "$name" "pg_finfo_$name"; do
    exported $worker | grep -qx "$symbol" || echo "missing: $symbol"
  done
done)"
ok "penstock.so has its entry points" "$(for name in Pg_magic_func _PG_init penstock_launcher_main \
  penstock_scanner_main penstock_sink_main; do
  exported $worker | grep -qx $name || echo "missing: $name"
done)"
ok "penstock_output.so exports exactly its entry points" "$(
  { exported $plugin | only 'Pg_magic_func|_PG_init|_PG_output_plugin_init' | sed 's/^/exported: /'
    for name in Pg_magic_func _PG_output_plugin_init; do
      exported $plugin | grep -qx $name || echo "missing: $name"
    done; })"
for module in $worker $plugin; do
  ok "$(basename $module) misses nothing of its own" "$(nm -D --undefined-only "$module" |
    grep -i penstock | sed 's/.* U /undefined: /')"
done
ok "penstock_output.so needs only the C library" "$(libraries $plugin |
  only 'lib(c|m|pthread|dl)\.so\.[0-9]+|ld-linux.*' | sed 's/^/needs: /')"
ok "penstock.so needs only the C library, librdkafka, libcurl and zlib" "$(libraries $worker |
  only 'lib(c|m|pthread|dl)\.so\.[0-9]+|ld-linux.*|librdkafka\.so\.1|libcurl\.so\.4|libz\.so\.1' | sed 's/^/needs: /')"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
