"""The sbatch file in a real Slurm: its controller and two nodes' daemons on this machine."""

import os
import re
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE = 90.0  # seconds
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmctldPort={ports[0]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/controller.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SchedulerParameters=sched_interval=1
KillWait=5
GresTypes=gpu
NodeName=first NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=1 Gres=gpu:8
NodeName=second NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=1 Gres=gpu:8
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE
"""
# Saves when it is told to stop, or ends at once as ENDS says of its node; run again, it is done.
ENTRY = """#!/usr/bin/env bash
record=$RECORD.$SLURM_NODEID
echo "run ${SLURM_RESTART_COUNT:-0} of $SLURM_NNODES nodes, head $VITPOSE_HEAD: $*" >>"$record"
trap 'echo saved >>"$record"; exit 75' TERM
if ((${SLURM_RESTART_COUNT:-0})); then exit 0; fi
ends=($ENDS)
case ${ends[SLURM_NODEID]:-} in
    killed) kill -KILL $$ ;;
    ?*) exit "${ends[SLURM_NODEID]}" ;;
esac
for _ in {1..900}; do sleep 0.1; done
"""


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """The environment in which `sbatch`, `squeue` and the others reach a Slurm of two nodes."""
    if not all(map(shutil.which, ("slurmctld", "slurmd", "sbatch"))) or os.getuid() != 0:
        pytest.skip("Slurm cannot run here; do, as root: apt-get install slurm-wlm")
    folder = tmp_path_factory.mktemp("slurm")
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    text = CONFIGURATION.format(host=socket.gethostname(), folder=folder, ports=ports)
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text("Name=gpu File=/dev/tty[0-7]\n")  # any eight devices
    (folder / "state").mkdir()
    environment = os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}
    daemons = []
    for command in ("slurmctld -D", "slurmd -D -N first", "slurmd -D -N second"):
        with (folder / "out").open("a") as out:
            daemons.append(
                subprocess.Popen(command.split(), env=environment, stdout=out, stderr=out)
            )
    try:
        wait_for(lambda: ask(environment, "sinfo", "-h", "-o", "%T %D") == "idle 2")
        yield environment
    finally:
        subprocess.run(["scancel", "--user=root"], env=environment)
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait(timeout=30)


def ask(environment, *command):
    return subprocess.run(command, env=environment, capture_output=True, text=True).stdout.strip()


def wait_for(ready):
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, f"after {PATIENCE:.0f} s it is still not so"
        time.sleep(0.5)


@pytest.fixture
def submit(slurm, node_folder, tmp_path):
    """`submit(*options)`: a job, whose `state()` Slurm tells and whose nodes left `records()`."""
    (node_folder / ".venv/bin/vitpose").write_text(ENTRY)

    def send(*options, ends=""):
        variables = {"VITPOSE_BUCKET": "s3://team", "VITPOSE_RUN": "first"}
        variables |= {"RECORD": f"{tmp_path}/record", "ENDS": ends}
        done = subprocess.run(
            [
                "sbatch",
                "--parsable",
                "--nodes=2",
                *options,
                "conf/cloud/slurm/vitpose.sbatch",
                "distill",
            ],
            env=slurm | variables,
            cwd=node_folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return Job(done.stdout.strip(), slurm, tmp_path)

    return send


@dataclass
class Job:
    number: str
    environment: dict
    folder: Path

    def state(self):
        told = ask(self.environment, "scontrol", "show", "job", self.number)
        return dict(re.findall(r"(\w+)=(\S+)", told))

    def records(self):
        return [path.read_text().splitlines() for path in sorted(self.folder.glob("record.*"))]


@pytest.mark.slow
def test_it_saves_before_its_time_is_up_and_goes_on_in_a_new_one(submit, slurm):
    job = submit("--time=1", "--signal=TERM@55")
    wait_for(lambda: job.state()["JobState"] == "PENDING" and job.state()["Restarts"] == "1")
    # Slurm lets a job that was put back wait for two minutes.
    ask(slurm, "scontrol", "update", f"JobId={job.number}", "StartTime=now")
    wait_for(lambda: job.state()["JobState"] == "COMPLETED")
    entry = "node --grace 280 --store s3://team/runs/first --keep data/cloud/models"
    entry += " --prepare kedro run --env=cloud --pipeline=distill --to-nodes=cut_crops"
    entry += " -- kedro run --env=cloud --pipeline=distill"
    runs = [f"run {time} of 2 nodes, head first: {entry}" for time in (0, 1)]
    assert job.records() == [[runs[0], "saved", runs[1]]] * 2


@pytest.mark.slow
@pytest.mark.parametrize("other", ["3", "75", "killed"])
def test_one_whose_head_fails_is_not_run_again(submit, other):
    job = submit(ends=f"3 {other}")
    wait_for(lambda: job.state()["JobState"] == "FAILED")
    assert (job.state()["Restarts"], job.state()["ExitCode"]) == ("0", "3:0")


@pytest.mark.slow
def test_the_heads_75_counts_where_another_node_was_killed(submit, slurm):
    job = submit(ends="75 killed")
    wait_for(lambda: job.state()["JobState"] == "PENDING" and job.state()["Restarts"] == "1")
    ask(slurm, "scontrol", "update", f"JobId={job.number}", "StartTime=now")
    wait_for(lambda: job.state()["JobState"] == "COMPLETED")


@pytest.mark.slow
def test_one_that_was_cancelled_stays_cancelled(submit, slurm):
    job = submit()
    wait_for(lambda: len(job.records()) == 2)
    time.sleep(1.0)  # the entry has said what it is, and now listens
    subprocess.run(["scancel", job.number], env=slurm, check=True)
    wait_for(lambda: ask(slurm, "squeue", "-h") == "")
    assert job.state()["JobState"] == "CANCELLED"
    assert [record[1:] for record in job.records()] == [["saved"], ["saved"]]
