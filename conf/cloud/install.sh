#!/usr/bin/env bash
# install.sh ENVIRONMENT [packages|project]: a Python 3.11 environment of what requirements.lock pins
# and of this project, or one of the two. Run again, it mends what differs.
# The image, SkyPilot's nodes and a cluster's shared folder are made by it.
set -euo pipefail
project=$(dirname "$(readlink -f "$0")")/../..
environment=${1:?usage: install.sh ENVIRONMENT [packages|project]}
part=${2:-all}
if [[ ! $part =~ ^(all|packages|project)$ ]]; then
    echo "install.sh: there is no part $part: packages or project" >&2
    exit 1
fi

uv=$(command -v uv) || {
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check uv
    uv=$tools/bin/uv
}
if [[ $part != project ]]; then
    # Where the machine has no Python 3.11, uv brings one.
    "$uv" venv --quiet --allow-existing --python 3.11 "$environment"
    "$uv" pip install --quiet --python "$environment" --requirement "$project/requirements.lock"
fi
if [[ $part != packages ]]; then
    # Editable: Kedro runs where conf/ and dvc.yaml lie.
    "$uv" pip install --quiet --python "$environment" --no-deps --editable "$project"
fi
