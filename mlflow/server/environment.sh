# Sourced by the scripts beside it: what the server, psql and rclone read from their environment.
# The database is named as libpq names it, by PGHOST, PGPORT and PGUSER, so that no address holds
# its password. A variable NAME_FILE names a file with a secret, which becomes NAME.
# shellcheck shell=bash disable=SC2034

umask 077  # dumps hold people's password hashes

for name in PGPASSWORD MLFLOW_AUTH_ADMIN_PASSWORD MLFLOW_FLASK_SERVER_SECRET_KEY AWS_SECRET_ACCESS_KEY; do
    file="${name}_FILE"
    if [[ -n ${!file:-} ]]; then
        secret=$(<"${!file}")  # apart from export, which would hide that the file is missing
        export "$name=$secret"
    fi
done

export PGUSER=${PGUSER:-mlflow} PGDATABASE=mlflow
# The users' tables lie in the same database, so one dump holds both: see basic_auth.ini.
store=postgresql+psycopg:///mlflow
artifacts=${MLFLOW_ARTIFACTS_DESTINATION:?is to name the bucket, s3://bucket or s3://bucket/folder}

# rclone's remote `bucket:`, which asks S3 as boto3 does.
export RCLONE_CONFIG=/dev/null
export RCLONE_CONFIG_BUCKET_TYPE=s3 RCLONE_CONFIG_BUCKET_ENV_AUTH=true
export RCLONE_CONFIG_BUCKET_NO_CHECK_BUCKET=true
export RCLONE_CONFIG_BUCKET_REGION=${AWS_DEFAULT_REGION:-}
if [[ -n ${AWS_ENDPOINT_URL_S3:-} ]]; then
    export RCLONE_CONFIG_BUCKET_PROVIDER=Other RCLONE_CONFIG_BUCKET_ENDPOINT=$AWS_ENDPOINT_URL_S3
else
    export RCLONE_CONFIG_BUCKET_PROVIDER=AWS
fi
bucket="bucket:${artifacts#s3://}"

stop() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

ask() { psql --no-align --tuples-only --command="$1"; }

# PostgreSQL's own workers, such as autovacuum's, are in nobody's way.
refuse_while_in_use() {
    local others
    others=$(ask "SELECT count(*) FROM pg_stat_activity WHERE datname = 'mlflow'
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()")
    ((others == 0)) || stop "$others others are connected to the database: stop the server first"
}
