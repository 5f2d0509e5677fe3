#!/bin/sh
# installcheck.sh: the SQL tests in a server that runs already (PGHOST, PGPORT, PGUSER).
set -eu
cd "$(dirname "$0")/../.."
pgxs=$("${PG_CONFIG:-pg_config}" --pgxs)
bindir=$("${PG_CONFIG:-pg_config}" --bindir)
mkdir -p build/installcheck
names=$(for file in sql/*.sql; do basename "$file" .sql; done)
# shellcheck disable=SC2086
exec "$(dirname "$pgxs")/../test/regress/pg_regress" --bindir="$bindir" --inputdir=. \
  --outputdir=build/installcheck $names
