#!/usr/bin/env bash
# make_secrets.sh: the passwords that compose.yaml names, each made once, in secrets/ beside this
# file, which git leaves out. For S3 elsewhere write its secret key over aws_secret_access_key, or
# nothing if the machine's role opens the bucket.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"

# Users of the containers read the files, whatever their number; on this machine the folder keeps
# others out.
mkdir -p secrets
chmod 700 secrets
for name in postgres_password admin_password flask_secret_key aws_secret_access_key; do
    if [[ ! -e secrets/$name ]]; then
        openssl rand -hex 24 >"secrets/.$name"
        chmod 644 "secrets/.$name"
        mv "secrets/.$name" "secrets/$name"  # whole, or not there
        echo "made secrets/$name"
    fi
done
