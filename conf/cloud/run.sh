#!/usr/bin/env bash
# run.sh PIPELINE: what each node does under SkyPilot, Slurm and AWS Batch, from the environment alone:
# docs/cloud.md lists its variables.
set -euo pipefail
pipeline=${1:?usage: run.sh PIPELINE}
bucket=${VITPOSE_BUCKET:?names the bucket, s3://bucket or s3://bucket/prefix}
run=${VITPOSE_RUN:?names the run, as its folder in the bucket}
environment=${VITPOSE_ENV:-cloud}

cd "$(dirname "$(readlink -f "$0")")/../.."
export PATH="$PWD/.venv/bin:$PATH"
export VITPOSE_DVC_REMOTE="$bucket/dvc" VITPOSE_DATA="${VITPOSE_DATA:-$HOME/pose}"

command=(kedro run --env="$environment" --pipeline="$pipeline")
prepare="${command[*]} --to-nodes=cut_crops"
if [[ -n ${VITPOSE_PARAMS:-} ]]; then
    command+=(--params="$VITPOSE_PARAMS")
    prepare+=" --params=${VITPOSE_PARAMS@Q}"
fi
# SkyPilot and Batch kill 30 seconds after they have asked.
options=(--grace "${VITPOSE_GRACE:-25}")
for target in ${VITPOSE_PULL:-}; do options+=(--pull "$target"); done
store=$bucket/runs/$run
models=data/$environment/models
if [[ $pipeline == evaluate* ]]; then
    # The run's own store has one writer, its training, which may be running.
    options+=(--from "$store=$models" --store "$store-$pipeline" --keep "data/$environment/reports")
else
    options+=(--store "$store" --keep "$models" --prepare "$prepare")
fi

if [[ -z ${VITPOSE_EXIT_CODE:-} || ${SLURM_NODEID:-0} != 0 ]]; then
    exec vitpose node "${options[@]}" -- "${command[@]}"
fi
# The head's own code, for whoever hears the highest code of all nodes only.
trap true TERM # vitpose gets it, too, and this shell outlives it
code=0
vitpose node "${options[@]}" -- "${command[@]}" || code=$?
echo "$code" >"$VITPOSE_EXIT_CODE"
exit "$code"
