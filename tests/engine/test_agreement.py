from dataclasses import dataclass

import pytest

from vitpose_plus.engine.agreement import refuse_disagreement
from vitpose_plus.engine.world import World
from vitpose_plus.errors import ConfigurationError


@dataclass(frozen=True)
class Answered(World):
    """A process that knows already what the others will say."""

    others: tuple = ()

    def gather(self, mine):
        return [mine, *self.others]


def test_what_all_have_is_no_matter():
    world = Answered(size=2, others=(("b", {"code": "1", "job": "2"}),))
    refuse_disagreement({"code": "1", "job": "2"}, world)


def test_the_process_its_node_and_what_it_has_otherwise_are_named():
    world = Answered(size=2, others=(("gpu-7", {"code": "1", "job": "other"}),))
    with pytest.raises(ConfigurationError, match="process 1 on gpu-7 has another job than"):
        refuse_disagreement({"code": "1", "job": "2"}, world)
