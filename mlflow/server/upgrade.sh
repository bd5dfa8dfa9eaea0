#!/usr/bin/env bash
# upgrade.sh FOLDER: an older version's tables to this version's, with the server stopped.
# MLflow does not promise that all of it goes in one transaction: the database is backed up first,
# into FOLDER, which is there. On current tables it changes nothing.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/environment.sh"
folder=${1:?usage: upgrade.sh FOLDER}

refuse_while_in_use
"$here/back_up.sh" "$folder" --database-only
mlflow db upgrade "$store"
python -m mlflow.server.auth db upgrade --url "$store"
