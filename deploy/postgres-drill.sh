#!/bin/sh
# Drills the PostgreSQL recipe of docs/backup.md from beginning to end, in a temporary folder: archive the log,
# take a base backup, lose the machine, restore. Usage: deploy/postgres-drill.sh FOLDER_OF_PROGRAMS
# (such as /usr/lib/postgresql/15/bin); not as root, whom PostgreSQL refuses.
set -eu
bin=$1
place=$(mktemp -d)
data=$place/data
trap '"$bin/pg_ctl" -D "$data" stop -m immediate >/dev/null 2>&1 || true; rm -rf "$place"' EXIT
mkdir "$place/archive"

say() { "$bin/psql" -h "$place" -U postgres -d postgres -qAtX -v ON_ERROR_STOP=1 -c "$1"; }
start() { "$bin/pg_ctl" -D "$data" -w -s -l "$place/log" -o "-k $place -c listen_addresses=" start; }
until_says() { # until the answer to $1 is $2, for half a minute
    for _ in $(seq 300); do
        [ "$(say "$1")" = "$2" ] && return
        sleep 0.1
    done
    echo "never came: $1 = $2" >&2
    exit 1
}

# 1. The deployment: every piece of the log is kept elsewhere as soon as it is full, or after a minute.
"$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
cat >>"$data/postgresql.conf" <<CONF
fsync = off  # for the drill only
wal_level = replica
archive_mode = on
archive_timeout = 60s
archive_command = 'test ! -f "$place/archive/%f" && cp "%p" "$place/archive/%f"'
CONF
start
say "CREATE TABLE drill AS SELECT n FROM generate_series(1, 1000) AS n"

# 2. Each night: a base backup, proved to be whole.
"$bin/pg_basebackup" -h "$place" -U postgres -D "$place/base" -c fast -X stream --no-sync
"$bin/pg_verifybackup" "$place/base" >/dev/null

# 3. Work goes on, and the log with it.
say "INSERT INTO drill SELECT n FROM generate_series(1001, 2000) AS n"
last=$(say "SELECT pg_walfile_name(pg_switch_wal())")
until_says "SELECT last_archived_wal >= '$last' FROM pg_stat_archiver" t

# 4. The machine is lost.
"$bin/pg_ctl" -D "$data" stop -s -m immediate
rm -rf "$data"

# 5. The way back: the base backup, and the log replayed to its end.
cp -R "$place/base" "$data"
chmod 700 "$data"
echo "restore_command = 'cp \"$place/archive/%f\" \"%p\"'" >>"$data/postgresql.conf"
touch "$data/recovery.signal"
start
until_says "SELECT pg_is_in_recovery()" f
found=$(say "SELECT COUNT(*) FROM drill")
[ "$found" = 2000 ] || { echo "$found of 2000 rows came back" >&2; exit 1; }
echo "2000 of 2000 rows came back"
