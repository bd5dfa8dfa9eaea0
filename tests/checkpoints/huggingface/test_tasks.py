import pytest

from vitpose_plus.checkpoints.huggingface.config import BackboneConfig, FolderConfig, TasksConfig
from vitpose_plus.checkpoints.huggingface.tasks import decoder_task, expert_tasks
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task
from vitpose_plus.skeletons import SKELETONS

HUB_LABELS = ["Nose", "L_Eye", "R_Eye", "L_Ear", "R_Ear", "L_Shoulder", "R_Shoulder", "L_Elbow"]
HUB_LABELS += ["R_Elbow", "L_Wrist", "R_Wrist", "L_Hip", "R_Hip", "L_Knee", "R_Knee", "L_Ankle"]
HUB_LABELS += ["R_Ankle"]


def config(experts=1, labels=(), own=None):
    return FolderConfig(
        backbone_config=BackboneConfig(num_experts=experts),
        id2label=dict(enumerate(labels)),
        vitpose_plus=own,
    )


def stated(*names, decoder):
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    return TasksConfig(tasks=tasks, decoder=decoder)


@pytest.mark.parametrize("name", ["coco", "aic", "mpii", "coco_wholebody"])
def test_a_decoder_is_told_by_its_labels(name):
    labels = SKELETONS[name].keypoints
    task = decoder_task(config(labels=labels), len(labels), None)
    assert task is not None and (task.name, task.skeleton) == (name, SKELETONS[name])


def test_the_spelling_of_the_published_folders_is_understood():
    assert decoder_task(config(labels=HUB_LABELS), 17, None).name == "coco"


@pytest.mark.parametrize("experts", [1, 6])
def test_labels_of_two_sets_or_none_ask_for_a_name(experts):
    with pytest.raises(CheckpointError, match=r"ap10k and apt36k alike\. Say .*tasks="):
        decoder_task(config(experts, SKELETONS["ap10k"].keypoints), 17, None)
    shuffled = [*HUB_LABELS[1:], HUB_LABELS[0]]
    with pytest.raises(CheckpointError, match=r"no built-in set: L_Eye, .* and 7 more\. .*tasks="):
        decoder_task(config(experts, shuffled), 17, None)
    assert decoder_task(config(experts, shuffled), 17, "ap10k").name == "ap10k"


def test_labels_of_another_number_are_refused():
    with pytest.raises(CheckpointError, match="names 17 keypoints, but the decoder draws 20"):
        decoder_task(config(labels=HUB_LABELS), 20, None)


def test_the_labels_that_nobody_gave_tell_nothing():
    assert decoder_task(config(labels=[f"LABEL_{i}" for i in range(17)]), 17, None) is None


def test_of_six_experts_without_labels_the_decoder_is_coco(caplog):
    assert decoder_task(config(6), 17, None).name == "coco"
    assert "taken for coco" in caplog.text
    assert decoder_task(config(6), 14, None) is None
    assert decoder_task(config(5), 17, None) is None
    assert decoder_task(config(1), 17, None) is None


def test_the_caller_is_believed_before_the_labels():
    assert decoder_task(config(6, HUB_LABELS), 17, "ap10k").name == "ap10k"
    assert decoder_task(config(labels=HUB_LABELS), 17, "my_people") is None


def test_a_task_of_another_number_of_keypoints_is_refused():
    with pytest.raises(CheckpointError, match=r"'aic' has 14 keypoints, but .* draws 17"):
        decoder_task(config(), 17, "aic")


def test_what_our_export_states_counts():
    own = stated("coco", "apt36k", decoder="apt36k")
    assert decoder_task(config(2, HUB_LABELS, own), 17, None).name == "apt36k"
    assert decoder_task(config(2, HUB_LABELS, own), 17, "apt36k").name == "apt36k"
    with pytest.raises(CheckpointError, match="decoder of 'apt36k', not of 'coco'"):
        decoder_task(config(2, HUB_LABELS, own), 17, "coco")


def test_the_order_of_experts_is_stated_or_official():
    own = stated("mpii", "coco", decoder="coco")
    assert [task.name for task in expert_tasks(config(2, own=own))] == ["mpii", "coco"]
    assert [task.name for task in expert_tasks(config(6))] == list(OFFICIAL_ORDER)
    assert expert_tasks(config(4)) is None
