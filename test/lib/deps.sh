#!/bin/sh
# deps.sh check|install SET...: the Debian/Ubuntu packages that penstock needs.
#   check    succeeds when all are there, else prints the one command that installs them
#   install  installs what is missing (root, or sudo without a password), else as check
# Sets: build, test, majors, bench, fuzz, lint, format. Plain sh: it is the first thing that runs on a bare machine.
# The sets are read by name.
# shellcheck disable=SC2034,SC2154
set -eu

PG_MAJOR=${PG_MAJOR:-15}

# What each set needs, as "probe:package". A probe is a program, or a file if it has a slash; so a
# tool that came another way (another PostgreSQL major, a hand-built librdkafka) counts too.
packages_build="
g++:g++
${PG_CONFIG:-pg_config}:postgresql-server-dev-$PG_MAJOR
/usr/include/librdkafka/rdkafka.h:librdkafka-dev
curl-config:libcurl4-openssl-dev
/usr/include/zlib.h:zlib1g-dev
/usr/include/rapidjson/document.h:rapidjson-dev"
packages_test="
${PG_CONFIG:-pg_config}:postgresql-$PG_MAJOR
/usr/include/gtest/gtest.h:libgtest-dev
pkg-config:pkg-config
cmake:cmake
ninja:ninja-build
prove:perl
/usr/share/perl5/IPC/Run.pm:libipc-run-perl
python3:python3
kcat:kcat
java:default-jre-headless
mvn:maven
pip3:python3-pip
setpriv:util-linux
ps:procps"
packages_majors="
mvn:maven
pip3:python3-pip
unzip:unzip
xz:xz-utils"
packages_bench="
/usr/lib/postgresql/$PG_MAJOR/lib/wal2json.so:postgresql-$PG_MAJOR-wal2json"
packages_fuzz="
clang++:clang
libclang_rt.fuzzer:libclang-rt-dev
llvm-symbolizer:llvm"
packages_format="
clang-format-19:clang-format-19"
packages_lint="
clang-format-19:clang-format-19
clang-tidy-19:clang-tidy-19
shellcheck:shellcheck"

present() {
  case $1 in
    */*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# A pg_config may be there without the build files behind it (libpq-dev alone; pgxs.mk itself comes with
# Debian's client), without the server's headers, or without a server.
pgxs_present() {
  pgxs=$("$1" --pgxs 2>/dev/null) && [ -f "$pgxs" ] &&
    include=$("$1" --includedir-server 2>/dev/null) && [ -f "$include/postgres.h" ]
}
server_present() {
  bindir=$("$1" --bindir 2>/dev/null) && [ -x "$bindir/postgres" ]
}
# clang knows where its own release of libFuzzer would be.
fuzzer_present() {
  [ -n "$(find "$(clang --print-resource-dir 2>/dev/null || echo /nowhere)" -name "$1*" 2>/dev/null)" ]
}

missing() {
  for set in "$@"; do
    eval "list=\$packages_$set"
    for item in $list; do
      probe=${item%%:*}
      package=${item#*:}
      case $package in
        postgresql-server-dev-*) pgxs_present "$probe" || echo "$package" ;;
        libclang-rt-dev) fuzzer_present "$probe" || echo "$package" ;;
        "postgresql-$PG_MAJOR") server_present "$probe" || echo "$package" ;;
        *) present "$probe" || echo "$package" ;;
      esac
    done
  done | sort -u | tr '\n' ' '
}

mode=$1
shift
for set in "$@"; do
  case $set in
    build | test | majors | bench | fuzz | lint | format) ;;
    *) echo "deps.sh: unknown set \"$set\"" >&2; exit 2 ;;
  esac
done
wanted=$(missing "$@")
[ -n "$wanted" ] || exit 0

sudo=
if [ "$(id -u)" -ne 0 ]; then sudo=sudo; fi
command="apt-get install --no-install-recommends $wanted"
if [ "$mode" != install ] || ! command -v apt-get >/dev/null 2>&1 ||
  { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
  echo "penstock: packages are missing; install them on Debian or Ubuntu with" >&2
  echo "  ${sudo:+sudo }$command" >&2
  exit 1
fi

# A server package would otherwise create and start a cluster of its own.
conf=/etc/postgresql-common/createcluster.conf
if [ ! -e $conf ]; then
  $sudo mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' | $sudo tee $conf >/dev/null
  made_conf=yes
fi
echo "penstock: installing $wanted"
install_packages() {
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends -o Dpkg::Options::=--force-confold $wanted </dev/null
}
# An index that is there may be old: fetch it when a first try fails.
if ! apt-cache show $wanted >/dev/null 2>&1 || ! install_packages; then
  $sudo apt-get update -q
  install_packages
fi
# The package's own file lies beside ours now.
if [ "${made_conf:-}" = yes ]; then
  if [ -e $conf.dpkg-dist ]; then $sudo mv $conf.dpkg-dist $conf; else $sudo rm -f $conf; fi
fi
