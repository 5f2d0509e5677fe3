#!/bin/sh
# pg_config of a folder made by fetch.sh: directories relative to its own place, and flags of the
# compiler that is here rather than of the one that built the server.
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
[ $# -gt 0 ] || set -- --version
for option in "$@"; do
  case $option in
    --version) echo "PostgreSQL $("$root/bin/postgres" --version | sed 's/.*(PostgreSQL) //')" ;;
    --bindir) echo "$root/bin" ;;
    --libdir) echo "$root/lib" ;;
    --pkglibdir) echo "$root/lib/postgresql" ;;
    --includedir) echo "$root/include" ;;
    --pkgincludedir) echo "$root/include/postgresql" ;;
    --includedir-server) echo "$root/include/postgresql/server" ;;
    --sharedir) echo "$root/share/postgresql" ;;
    --sysconfdir) echo "$root/etc/postgresql" ;;
    --docdir | --htmldir) echo "$root/share/doc" ;;
    --localedir) echo "$root/share/locale" ;;
    --mandir) echo "$root/share/man" ;;
    --pgxs) echo "$root/lib/postgresql/pgxs/src/makefiles/pgxs.mk" ;;
    --cc) echo gcc ;;
    --cppflags) echo -D_GNU_SOURCE ;;
    --cflags) echo "-Wall -fno-strict-aliasing -fwrapv -O2" ;;
    --cflags_sl) echo -fPIC ;;
    --ldflags | --ldflags_ex | --ldflags_sl | --configure) echo ;;
    --libs) echo -lm ;;
    *) echo "pg_config: unknown option $option" >&2; exit 1 ;;
  esac
done
