#!/usr/bin/env bash
# back_up.sh FOLDER [--database-only]: the server's whole memory, while it runs.
# FOLDER, which is there, gets the database in <time>/ and what is new in the bucket in artifacts/.
# Nothing is lost there: a file that another takes the place of goes to replaced/<time>/.
# The database goes first: the artifacts it knows of lie in the bucket by then, so every one of the
# dumps finds all of its own.
set -euo pipefail
source "$(dirname "$(readlink -f "$0")")/environment.sh"
folder=${1:?usage: back_up.sh FOLDER [--database-only]}

time=$(date -u +%Y%m%dT%H%M%SZ)
part="$folder/.$time.part"
mkdir "$part"  # fails beside another back-up of the same second
trap 'rm -rf "$part"' EXIT
pg_dump --format=custom --file="$part/database.dump"
pg_restore --file=/dev/null "$part/database.dump"  # it can be read to its end
python -c 'from importlib.metadata import version; print(version("mlflow"))' >"$part/mlflow_version"
if [[ ${2:-} != --database-only ]]; then
    rclone copy --backup-dir "$folder/replaced/$time" "$bucket" "$folder/artifacts"
    touch "$part/with_artifacts"  # which restore.sh looks for
fi
(cd "$part" && sha256sum -- * >SHA256SUMS)
mv --no-target-directory "$part" "$folder/$time"
echo "$folder/$time"
