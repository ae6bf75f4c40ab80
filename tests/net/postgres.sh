#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A PostgreSQL of the tests' own, on a Unix socket in a folder of its own, never the system's cluster.
#   postgres.sh find                   where initdb is; fails when it is nowhere
#   postgres.sh init                   makes a cluster and prints its folder (remove it afterwards)
#   postgres.sh copy FOLDER            makes a standby of the running one in FOLDER and prints its folder
#   postgres.sh serve FOLDER [-c …]    runs it in the foreground; ends with its parent. SIGINT ends it, SIGQUIT is a crash
#   postgres.sh promote FOLDER         the standby becomes the primary
# The server refuses root: then it runs as the user of the package. Whoever may enter the folder (that user, root) is trusted.
set -eu
export LC_ALL=C
bin=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "initdb is not installed" >&2; exit 1; }
bin=${bin%/initdb}

unprivileged() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
  else
    "$@"
  fi
}

folder() {
  made=$(mktemp -d /tmp/perron-pg-XXXXXX)
  if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$made"
  fi
  echo "$made"
}

case ${1:-} in
  find) echo "$bin" ;;
  init)
    made=$(folder)
    unprivileged "$bin/initdb" -D "$made/data" -U perron -A trust -E UTF8 --locale=C -N >/dev/null
    echo "$made"
    ;;
  copy)
    made=$(folder)
    unprivileged "$bin/pg_basebackup" -D "$made/data" -h "$2" -U perron -X stream -c fast -R >/dev/null
    echo "$made"
    ;;
  serve)
    made=$2
    shift 2
    set -- "$bin/postgres" -D "$made/data" -k "$made" -c listen_addresses= -c fsync=on -c log_min_messages=log "$@"
    if [ "$(id -u)" = 0 ]; then
      exec setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig INT "$@"
    fi
    exec setpriv --pdeathsig INT "$@"
    ;;
  promote) unprivileged "$bin/pg_ctl" -D "$2/data" -w promote >/dev/null ;;
  *) exit 2 ;;
esac
