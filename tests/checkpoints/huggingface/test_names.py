import pytest
import torch

from vitpose_plus.checkpoints.huggingface.names import our_name, their_name, to_ours, to_theirs

QUERY = "backbone.encoder.layer.1.attention.attention.query.weight"
KEY = QUERY.replace("query", "key")


@pytest.mark.parametrize("decoder", ["classic", "simple"])
def test_all_our_names_go_there_and_back(make_random, decoder):
    model = make_random("coco", "aic", decoder=decoder)
    weights = {n: w for n, w in model.state_dict().items() if not n.startswith("heads.1.")}
    back = to_ours(to_theirs(weights))
    assert back.keys() == weights.keys()
    assert all(torch.equal(back[name], weight) for name, weight in weights.items())


@pytest.mark.parametrize("simple", [True, False])
def test_all_their_names_come_here_and_back(make_peer, simple):
    tensors = make_peer(simple=simple, num_experts=3).state_dict()
    back = to_theirs(to_ours(tensors))
    assert back.keys() == tensors.keys()
    assert all(torch.equal(back[name], tensor) for name, tensor in tensors.items())


def test_an_unknown_name_stays_as_it_is():
    assert our_name("teacher.embedding") == "teacher.embedding"
    assert their_name("teacher.embedding") == "teacher.embedding"


def test_a_joined_attention_is_called_by_its_three_names():
    name = their_name("backbone.blocks.1.attn.qkv.weight")
    assert name == QUERY.replace("query", "{query,key,value}")


@pytest.mark.parametrize("key", [{}, {KEY: torch.ones(3, 5)}])
def test_a_query_without_its_like_keeps_its_name(key):
    tensors = {QUERY: torch.ones(4, 5)} | key
    assert to_ours(tensors).keys() == tensors.keys()
