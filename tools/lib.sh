# lib.sh: what the tools share: finding and installing what is needed, building,
# and a throwaway server. Sourced by the others.

set -eu
cd "$(dirname "$0")/.."
ROOT=$(pwd -P)
RUN=

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The pg_config to use: PG_CONFIG, else the newest server that has its headers.
find_pg_config() {
    if [ -n "${PG_CONFIG:-}" ]; then
        printf '%s\n' "$PG_CONFIG"
        return
    fi
    for candidate in $(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -t/ -k5 -n -r) \
        "$(command -v pg_config 2>/dev/null || true)"; do
        if [ -n "$candidate" ] && [ -e "$("$candidate" --includedir-server)/postgres.h" ] &&
            [ -x "$("$candidate" --bindir)/postgres" ]; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

# Lists, one a line, the Debian packages that a purpose (build, check, fuzz,
# pictures) lacks.
missing_packages() {
    if [ "$1" = pictures ]; then
        command -v dot >/dev/null 2>&1 || printf '%s\n' graphviz
        # Ubuntu's chromium is a snap, which cannot be used here
        command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
            apt-cache policy chromium 2>/dev/null | grep -q 'Candidate:.*snap' || printf '%s\n' chromium
        return
    fi
    config=$(find_pg_config)
    if [ -n "$config" ]; then
        version=$("$config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    else
        version=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
        version=${version:-15}
        printf '%s\n' "postgresql-$version" "postgresql-server-dev-$version"
    fi
    command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || printf '%s\n' gcc libc6-dev
    for tool in flex bison; do
        command -v $tool >/dev/null 2>&1 || printf '%s\n' $tool
    done
    if [ -n "$config" ] && [ ! -e "$("$config" --includedir)/libpq-fe.h" ]; then
        printf '%s\n' libpq-dev
    fi
    if [ "$1" = fuzz ]; then
        command -v clang >/dev/null 2>&1 || printf '%s\n' clang
        ls "$(clang -print-runtime-dir 2>/dev/null)"/libclang_rt.fuzzer_no_main* >/dev/null 2>&1 || printf '%s\n' libclang-rt-dev
    fi
    if [ "$1" = check ]; then
        [ -n "$(find_pgtap "$config")" ] || printf '%s\n' "postgresql-$version-pgtap"
        command -v prove >/dev/null 2>&1 || printf '%s\n' perl
        perl -MIPC::Run -e 1 2>/dev/null || printf '%s\n' libipc-run-perl
    fi
}

# The folder that holds pgTAP: the server's own, or that of another one here,
# since pgTAP is SQL alone.
find_pgtap() {
    for folder in ${1:+"$("$1" --sharedir)/extension"} /usr/share/postgresql/*/extension; do
        if [ -e "$folder/pgtap.control" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
}

# Run by sh as root, with the packages as arguments. A server's package would
# make and start a server of its own at its first installation: here it does not.
APT_INSTALL='
    set -e
    setting=/etc/postgresql-common/createcluster.d/align.conf
    [ -d ${setting%/*} ] || made=1
    mkdir -p ${setting%/*}
    trap "rm -f $setting; ${made:+rmdir -p --ignore-fail-on-non-empty ${setting%/*}}" EXIT
    trap "exit 143" HUP INT TERM
    echo "create_main_cluster = false" >$setting
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@"
'

# Installs what a purpose lacks, and says so. Where all is there, does nothing.
install_missing() {
    packages=$(missing_packages "$1" | sort -u | tr '\n' ' ')
    [ -n "$packages" ] || return 0
    command -v apt-get >/dev/null 2>&1 ||
        die "missing: ${packages% } (Debian's names); install them and run again"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        die "missing: ${packages% }; as root: apt-get install ${packages% }"
    fi
    say "Installing with apt: ${packages% }"
    make_build_folder
    $as_root sh -c "$APT_INSTALL" apt $packages >build/apt.log 2>&1 ||
        die "missing: ${packages% }; apt could not install them, see build/apt.log"
}

# Runs a command as the server's user: postgres when we are root.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp "$@"
    else
        "$@"
    fi
}

make_build_folder() {
    mkdir -p build 2>/dev/null || true
    [ -w . ] && [ -w build ] && [ -w build/. ] || die "$ROOT/build cannot be written by $(id -un)"
}

# Whether a path can be written anywhere without quotes.
is_plain() {
    case $1 in *[!A-Za-z0-9/._+-]*) return 1 ;; esac
}

# A folder under build/ that the server's user can reach, with a plain name that
# is short enough for sockets, else one under /tmp.
make_run_folder() {
    make_build_folder
    folder=$ROOT/build/$1
    pid=$(sed -n 1p "$folder/data/postmaster.pid" 2>/dev/null || true)
    if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$folder/data" ]; then
        die "the server of an earlier run is still up in $folder; stop it by kill -INT $pid"
    fi
    rm -rf "$folder" || die "$folder cannot be removed by $(id -un)"
    mkdir "$folder"
    RUN=$folder
    if [ ${#RUN} -gt 70 ] || ! is_plain "$RUN" || ! as_server test -x "$RUN"; then
        rmdir "$RUN"
        RUN=$(mktemp -d "/tmp/align-$1.XXXXXX")
        chmod 755 "$RUN"
    fi
    if [ "$(id -u)" = 0 ]; then chown postgres "$RUN"; fi
}

build_log() {
    if ! "$@" >build/build.log 2>&1; then
        cat build/build.log >&2
        die "the build failed"
    fi
}

# Builds, and installs into RUN/stage so that nothing is written to the system.
# Sets STAGE_SETTINGS, the server's lines that make it look there; a server that
# cannot be told is copied, and PG_CONFIG becomes the copy's.
stage() {
    PG_CONFIG=$(find_pg_config)
    [ -n "$PG_CONFIG" ] || die "missing: a PostgreSQL server with its headers; set PG_CONFIG"
    [ -x "$PG_CONFIG" ] || die "PG_CONFIG names no program: $PG_CONFIG"
    version=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "$version" -ge 15 ] || die "align needs PostgreSQL 15 or later; this is $("$PG_CONFIG" --version)"

    STAGE_SETTINGS=
    destdir=
    if "$("$PG_CONFIG" --bindir)/postgres" --describe-config | grep -q '^extension_destdir'; then
        destdir=$RUN/stage
        STAGE_SETTINGS="extension_destdir = '$destdir'"
    elif [ "$version" -ge 18 ]; then
        destdir=$RUN/stage
        STAGE_SETTINGS="extension_control_path = '$destdir$("$PG_CONFIG" --sharedir):\$system'
dynamic_library_path = '$destdir$("$PG_CONFIG" --pkglibdir):\$libdir'"
    else
        prefix=$(dirname "$("$PG_CONFIG" --bindir)")
        case "$("$PG_CONFIG" --sharedir):$("$PG_CONFIG" --pkglibdir)" in
            "$prefix"/*:"$prefix"/*) ;;
            *) die "this server can be told no other folder for extensions; install into it by make install, then run make installcheck" ;;
        esac
        say "Copying $prefix, since this server can be told no other folder for extensions"
        cp -a "$prefix" "$RUN/server"
        PG_CONFIG=$RUN/server/bin/pg_config
    fi
    export PG_CONFIG

    # what was built for another server or with other flags is built anew
    built_for="$("$PG_CONFIG" --version) $("$PG_CONFIG" --configure | cksum) ${SANITIZE:-} ${WERROR:-} ${FUZZ:-}"
    if [ "$(cat build/built_for 2>/dev/null)" != "$built_for" ]; then
        make -s clean-objects >/dev/null 2>&1 || true
        printf '%s\n' "$built_for" >build/built_for
    fi
    build_log make -s all install with_llvm=no PG_CONFIG="$PG_CONFIG" DESTDIR="$destdir" SANITIZE="${SANITIZE:-}" WERROR="${WERROR:-}" ${FUZZ:+FUZZ=1}

    pgtap=$(find_pgtap "$PG_CONFIG")
    own="$("$PG_CONFIG" --sharedir)/extension"
    if [ -n "$pgtap" ] && [ "$pgtap" != "$own" ]; then
        cp "$pgtap"/pgtap* "$destdir$own/"
    fi
    BINDIR=$("$PG_CONFIG" --bindir)
    LOADER=$destdir$BINDIR/align_load
}

# Starts the server in RUN: unix socket only. Further settings as arguments, a
# line each. Sets PGHOST and PGUSER for clients.
start_server() {
    as_server "$BINDIR/initdb" -D "$RUN/data" --auth=trust --username=postgres --encoding=UTF8 --locale=C >"$RUN/initdb.log" 2>&1 ||
        { cat "$RUN/initdb.log" >&2; die "initdb failed"; }
    as_server mkdir -m 700 "$RUN/socket"
    {
        say "listen_addresses = ''"
        say "unix_socket_directories = '$RUN/socket'"
        say "fsync = off"
        say "timezone = 'UTC'"
        say "$STAGE_SETTINGS"
        for line in "$@"; do say "$line"; done
    } | as_server tee -a "$RUN/data/postgresql.conf" >/dev/null
    # a signal waits until the server is up and can be stopped
    (
        trap '' HUP INT TERM
        as_server "$BINDIR/pg_ctl" -D "$RUN/data" -l "$RUN/server.log" -w -s start >"$RUN/start.log" 2>&1
    ) || { cat "$RUN/start.log" "$RUN/server.log" >&2; die "the server did not start"; }
    PGHOST=$RUN/socket PGUSER=postgres PGPORT=5432 PGCLIENTENCODING=UTF8
    export PGHOST PGUSER PGPORT PGCLIENTENCODING
    unset PGDATABASE PGHOSTADDR PGPASSWORD PGSERVICE PGSSLMODE PGOPTIONS PGTZ PGDATESTYLE || true
    if [ "$(id -u)" = 0 ]; then chmod 755 "$RUN"; fi
}

# On any end, also by a signal: stop the servers, remove the folder.
clean_up() {
    trap '' HUP INT TERM
    if [ -n "$RUN" ]; then
        find "$RUN" -name postmaster.pid | while read -r file; do
            as_server "$BINDIR/pg_ctl" -D "${file%/*}" -m immediate -s stop >/dev/null 2>&1 || true
        done
        rm -rf "$RUN"
    fi
}
clean_up_at_exit() {
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}
