import json

from vitpose_plus.checkpoints import Inspection
from vitpose_plus.cli.description import as_dict, as_text
from vitpose_plus.cli.family import member
from vitpose_plus.models import AttentionPattern, Size, Task, ViTPoseConfig
from vitpose_plus.models.cost import count
from vitpose_plus.skeletons import SKELETONS

S = """\
format        ViTPose of the family
size          s: width 384, depth 12, 12 heads
input         256 x 192 pixels (height x width)
tokens        16 x 12, patches side by side
heatmaps      64 x 48
attention     full
FFN           plain, 1536 wide inside
decoder       classic, 256 filters
tasks         coco             17 keypoints

parameters    24.291 M
  backbone                    21.664 M   89.2%
    embeddings                 0.369 M    1.5%
    attention                  7.096 M   29.2%
    FFN                       14.179 M   58.4%
    norms                      0.019 M    0.1%
  decoder coco                 2.627 M   10.8%

compute       of one picture, task coco; 1 multiply-add = 2 FLOPs
  backbone         4.473 GMACs     8.946 GFLOPs
  decoder          1.121 GMACs     2.241 GFLOPs
  both             5.594 GMACs    11.188 GFLOPs"""


def text_of(**fields):
    task = Task(name="coco", skeleton=SKELETONS["coco"])
    config = ViTPoseConfig(**({"size": "tiny", "ffn": "plain"} | fields), tasks=(task,))
    return as_text(Inspection("ours", config, {}), count(config))


def test_the_text_is_aligned():
    found = member("s")
    assert as_text(found, count(found.config)) == S


def test_a_size_of_ones_own_windows_and_overlap_are_told():
    own = Size(width=64, depth=1, heads=2, hidden=99, expert_width=8, convolutions=True)
    text = text_of(size=own, ratio=2, attention=AttentionPattern(kind="shift", window=(16, 12)))
    assert "none of the family's: width 64, depth 1, 2 heads, ViTAE's convolutions\n" in text
    assert "tokens        32 x 24, patches overlapping by half\n" in text
    assert "attention     shift, windows of 16 x 12 tokens\n" in text
    assert "    convolutions " in text


def test_knowledge_tokens_are_told():
    text = text_of(size="s", knowledge_tokens=2)
    assert "tokens        16 x 12, patches side by side, 2 of knowledge\n" in text
    assert "    knowledge tokens           0.001 M    0.0%\n" in text


def test_the_simple_decoder_has_no_filters():
    assert "decoder       simple\n" in text_of(decoder="simple")


def test_what_is_left_out_is_counted_by_reason_the_largest_first():
    found = member("s")
    left = {"a": "a class token", "b": "other decoders", "c": "other decoders"}
    text = as_text(Inspection("official", found.config, left), count(found.config))
    assert text.splitlines()[-3:] == [
        "left out      3 tensors of the checkpoint",
        "      2  other decoders",
        "      1  a class token",
    ]


def test_the_plain_data_is_json_and_sums_up():
    found = member("b+")
    cost = count(found.config, "coco_wholebody")
    said = json.loads(json.dumps(as_dict(found, cost)))
    *parts, total = said["parameters"].values()
    decoders = sum(said["parameters"]["decoders"].values())
    assert sum(part for part in parts if isinstance(part, int)) + decoders == total
    compute = said["compute"]
    assert compute["task"] == "coco_wholebody"
    macs = compute["backbone_multiply_adds"] + compute["decoder_multiply_adds"]
    assert (compute["multiply_adds"], compute["flops"]) == (macs, 2 * macs)
