#!/usr/bin/env bash
# restore.sh FOLDER/<time> [--replace]: a back-up's database and, unless it was made with
# --database-only, artifacts, with the server stopped. A database that holds tables is replaced only
# if that is asked for. Artifacts go first: a database never knows of one that is not there. The
# database changes whole or not at all.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/environment.sh"
from=${1:?usage: restore.sh FOLDER/TIME [--replace]}

(cd "$from" && sha256sum --check --quiet SHA256SUMS) || stop "$from is damaged: take another one"
refuse_while_in_use
tables=$(ask "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
((tables == 0)) || [[ ${2:-} == --replace ]] ||
    stop "the database holds $tables tables: back it up, then say --replace to throw them away"

statements=$(mktemp)
trap 'rm -f "$statements"' EXIT
pg_restore --no-owner --file="$statements" "$from/database.dump"
what="the database alone"
if [[ -e $from/with_artifacts ]]; then
    rclone copy "$from/../artifacts" "$bucket"
    what="database and artifacts"
fi
psql --quiet --output=/dev/null --set=ON_ERROR_STOP=1 --single-transaction \
    --command='DROP SCHEMA public CASCADE; CREATE SCHEMA public' --file="$statements"
echo "restored $what from $from, of MLflow $(<"$from/mlflow_version")"
