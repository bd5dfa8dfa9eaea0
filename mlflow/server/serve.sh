#!/usr/bin/env bash
# serve.sh: MLflow's tracking server, a password for everyone, artifacts passed through to S3.
# It makes its tables in an empty database and refuses an older version's: see upgrade.sh.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
source "$here/environment.sh"

export MLFLOW_AUTH_CONFIG_PATH="$here/basic_auth.ini"
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false  # judges of language models: processes for nothing
export MLFLOW_DISABLE_TELEMETRY=true
exec mlflow server --app-name basic-auth \
    --backend-store-uri "$store" --artifacts-destination "$artifacts" \
    --host "${MLFLOW_HOST:-0.0.0.0}" --port "${MLFLOW_PORT:-5000}" --workers "${MLFLOW_WORKERS:-4}"
