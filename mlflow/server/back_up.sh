#!/usr/bin/env bash
# back_up.sh FOLDER [--database-only]: the server's whole memory, while it runs.
# FOLDER/artifacts gets what is new in the bucket and loses nothing, FOLDER/<time> the database.
# The database goes first: the artifacts it knows of lie in the bucket by then, so every one of the
# dumps finds all of its own.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/environment.sh"
folder=${1:?usage: back_up.sh FOLDER [--database-only]}

time=$(date -u +%Y%m%dT%H%M%SZ)
part="$folder/.$time.part"
trap 'rm -rf "$part"' EXIT
mkdir -p "$part"
pg_dump --format=custom --file="$part/database.dump"
pg_restore --file=/dev/null "$part/database.dump"  # it can be read to its end
python -c 'from importlib.metadata import version; print(version("mlflow"))' >"$part/mlflow_version"
(cd "$part" && sha256sum database.dump mlflow_version >SHA256SUMS)
if [[ ${2:-} != --database-only ]]; then
    rclone copy "$bucket" "$folder/artifacts"
fi
mv "$part" "$folder/$time"
echo "$folder/$time"
