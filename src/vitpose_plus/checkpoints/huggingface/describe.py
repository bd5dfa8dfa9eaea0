"""The two JSON files of a transformers folder."""

from typing import Any

from vitpose_plus.checkpoints.huggingface.config import (
    BackboneConfig,
    FolderConfig,
    TasksConfig,
    dump_config,
)
from vitpose_plus.geometry import MEAN, STD
from vitpose_plus.models import ViTPoseConfig


def describe_model(config: ViTPoseConfig, task: str) -> dict[str, Any]:
    """`config.json` of a plain ViTPose, or of a ViTPose+ with this task's decoder."""
    skeleton = config.tasks[config.task_index(task)].skeleton
    described = FolderConfig(
        backbone_config=_describe_backbone(config),
        use_simple_decoder=config.decoder == "simple",
        id2label=dict(enumerate(skeleton.keypoints)),
        vitpose_plus=TasksConfig(tasks=config.tasks, decoder=task),
    )
    return dump_config(described) | {
        "architectures": ["VitPoseForPoseEstimation"],
        "label2id": {name: index for index, name in enumerate(skeleton.keypoints)},
        # As the published folders list what to draw lines between.
        "edges": skeleton.limb_index(),
        "dtype": "float32",
    }


def describe_processor(config: ViTPoseConfig) -> dict[str, Any]:
    """`preprocessor_config.json`: the crop around a box, and ImageNet's normalisation."""
    height, width = config.input_size
    return {
        "image_processor_type": "VitPoseImageProcessor",
        "do_affine_transform": True,
        "size": {"height": height, "width": width},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": MEAN,
        "image_std": STD,
        # Its unit of a box's sides; it has no effect on the crop.
        "normalize_factor": 200.0,
    }


def _describe_backbone(config: ViTPoseConfig) -> BackboneConfig:
    size = config.dimensions
    return BackboneConfig(
        image_size=config.input_size,
        hidden_size=size.width,
        num_hidden_layers=size.depth,
        num_attention_heads=size.heads,
        mlp_ratio=size.hidden // size.width,
        num_experts=max(1, config.experts),
        part_features=size.expert_width,
        layer_norm_eps=config.layer_norm_eps,
        out_indices=(size.depth,),
        out_features=(f"stage{size.depth}",),
    )
