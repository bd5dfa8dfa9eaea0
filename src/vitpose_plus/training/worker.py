"""One process of a training: `python -m vitpose_plus.training.worker job.json result.json`."""

from vitpose_plus.engine.launch import work
from vitpose_plus.training.fit import train_poses
from vitpose_plus.training.job import PoseJob

if __name__ == "__main__":
    work(PoseJob, train_poses)
