import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.placement import Placement, find_placement

SKY = {
    "SKYPILOT_TASK_ID": "sky-2026_train-1",
    "SKYPILOT_NODE_RANK": "1",
    "SKYPILOT_NUM_NODES": "2",
    "SKYPILOT_NODE_IPS": "10.0.0.4\n10.0.0.5",
    "SKYPILOT_NUM_GPUS_PER_NODE": "8",
}
SLURM = {
    "SLURM_JOB_ID": "77",
    "SLURM_RESTART_COUNT": "2",
    "SLURM_LOCALID": "0",
    "SLURM_NODEID": "0",
    "SLURM_NNODES": "4",
    "SLURM_GPUS_ON_NODE": "4",
    "VITPOSE_HEAD": "gpu-01",
}
BATCH = {
    "AWS_BATCH_JOB_ID": "5b8f#0",
    "AWS_BATCH_JOB_ATTEMPT": "1",
    "AWS_BATCH_JOB_NODE_INDEX": "0",
    "AWS_BATCH_JOB_MAIN_NODE_INDEX": "1",
    "AWS_BATCH_JOB_NUM_NODES": "3",
    "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS": "10.0.1.7",
    "VITPOSE_PROCESSES": "8",
}


@pytest.mark.parametrize(
    ("variables", "placement"),
    [
        (SKY, Placement("SkyPilot", "sky_2026_train_1", 1, 2, "10.0.0.4", 8)),
        (
            SKY | {"SKYPILOT_NUM_GPUS_PER_NODE": "0"},
            Placement("SkyPilot", "sky_2026_train_1", 1, 2, "10.0.0.4", None),
        ),
        (
            SKY | {"VITPOSE_HEAD": "head.local"},
            Placement("SkyPilot", "sky_2026_train_1", 1, 2, "head.local", 8),
        ),
        (
            SKY | {"VITPOSE_PROCESSES": "2"},
            Placement("SkyPilot", "sky_2026_train_1", 1, 2, "10.0.0.4", 2),
        ),
        (SLURM, Placement("Slurm", "77-2", 0, 4, "gpu-01", 4)),
        (BATCH, Placement("AWS Batch", "5b8f-1", 2, 3, "10.0.1.7", 8)),
        ({"PATH": "/bin"}, Placement("nobody", "", 0, 1, "localhost", None)),
        ({"VITPOSE_PROCESSES": "4"}, Placement("nobody", "", 0, 1, "localhost", 4)),
    ],
)
def test_a_node_finds_its_place_in_what_its_engine_says(variables, placement):
    assert find_placement(variables) == placement


def test_batch_tells_its_main_node_no_address_so_it_takes_its_own():
    main = {**BATCH, "AWS_BATCH_JOB_NODE_INDEX": "1"}
    del main["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"]
    found = find_placement(main)
    assert found.rank == 0
    assert found.head.count(".") == 3


@pytest.mark.parametrize("missing", ["SKYPILOT_NUM_NODES", "SKYPILOT_NODE_IPS"])
def test_what_an_engine_leaves_out_is_named(missing):
    variables = {name: value for name, value in SKY.items() if name != missing}
    with pytest.raises(ConfigurationError, match=missing):
        find_placement(variables)


def test_a_slurm_job_of_several_nodes_needs_the_name_of_its_first():
    variables = {name: value for name, value in SLURM.items() if name != "VITPOSE_HEAD"}
    with pytest.raises(ConfigurationError, match="VITPOSE_HEAD"):
        find_placement(variables)
    assert find_placement(variables | {"SLURM_NNODES": "1"}).head == "localhost"


def test_all_of_a_batch_jobs_nodes_name_it_alike():
    other = BATCH | {"AWS_BATCH_JOB_ID": "5b8f#2", "AWS_BATCH_JOB_NODE_INDEX": "2"}
    assert find_placement(other).job == find_placement(BATCH).job


def test_several_tasks_of_one_node_are_refused():
    with pytest.raises(ConfigurationError, match="--ntasks-per-node=1"):
        find_placement(SLURM | {"SLURM_LOCALID": "3"})


def test_a_head_without_an_ipv4_address_is_refused():
    with pytest.raises(ConfigurationError, match=r"fd00::1.*VITPOSE_HEAD"):
        find_placement(SKY | {"SKYPILOT_NODE_IPS": "fd00::1 fd00::2"})


def test_a_place_that_cannot_be_is_refused():
    with pytest.raises(ConfigurationError, match="node 2 of 2 cannot be"):
        find_placement(SKY | {"SKYPILOT_NODE_RANK": "2"})
