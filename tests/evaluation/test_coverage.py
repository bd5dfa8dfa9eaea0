from vitpose_plus.evaluation.coverage import covered_sets
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS


def config(*names):
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    return ViTPoseConfig(size="tiny", input_size=(64, 48), ffn="plain", tasks=tasks)


def test_a_set_of_a_tasks_name_has_that_task_and_another_the_first_that_fits():
    skeletons = {name: SKELETONS[name] for name in ("coco", "ap10k", "apt36k", "mpii")}
    skeletons["ochuman"] = SKELETONS["coco"]
    found = covered_sets(config("ap10k", "coco", "apt36k"), skeletons)
    assert found == {"coco": "coco", "ap10k": "ap10k", "apt36k": "apt36k", "ochuman": "coco"}


def test_a_set_that_shares_its_keypoints_with_a_task_is_served_by_it():
    assert covered_sets(config("ap10k"), {"apt36k": SKELETONS["apt36k"]}) == {"apt36k": "ap10k"}


def test_other_keypoints_are_not_covered():
    assert covered_sets(config("coco"), {"crowdpose": SKELETONS["crowdpose"]}) == {}
