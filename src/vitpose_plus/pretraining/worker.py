"""One process of a pretraining: its module is given to `engine.launch`."""

from vitpose_plus.engine.launch import work
from vitpose_plus.pretraining.job import PretrainingJob
from vitpose_plus.pretraining.pretrain import pretrain

if __name__ == "__main__":
    work(PretrainingJob, pretrain)
