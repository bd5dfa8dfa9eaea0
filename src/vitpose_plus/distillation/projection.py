"""A teacher's token among a student's own, as wide as they are."""

from dataclasses import replace

import torch
from pydantic import ValidationError as PydanticError
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrize import register_parametrization

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import ViTPose, ViTPoseConfig

_TOKEN = "backbone.knowledge_token"
_FROZEN = "backbone.parametrizations.knowledge_token.original"
_PROJECTION = "backbone.parametrizations.knowledge_token.0.weight"


class Projection(nn.Module):
    """A learned linear map from the teacher's width to the student's, without a bias.

    A bias would be a token of the student's own: it could learn without the teacher's. At the
    start the map is semi-orthogonal, so that a channel of the token stays as large as it is.
    """

    def __init__(self, teacher_width: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width, teacher_width))
        nn.init.orthogonal_(self.weight)

    def forward(self, token: Tensor) -> Tensor:
        """token [1, T, teacher's C] -> [1, T, student's C]."""
        # In float32, as it is folded afterwards.
        with torch.autocast(token.device.type, enabled=False):
            return F.linear(token, self.weight)


def with_tokens(config: ViTPoseConfig, tokens: int) -> ViTPoseConfig:
    """A student's configuration with room for a teacher's tokens.

    Raises:
        ConfigurationError: it has tokens of its own, or its kind of backbone can take none.
    """
    if config.knowledge_tokens:
        raise ConfigurationError(
            f"model.knowledge_tokens {config.knowledge_tokens}: a student's come from its teacher, "
            "so leave the key out"
        )
    try:
        return replace(config, knowledge_tokens=tokens)
    except PydanticError as error:
        reasons = "; ".join(each["msg"] for each in error.errors())
        raise ConfigurationError(f"the student cannot take a token: {reasons}") from error


def give_token(student: ViTPose, token: Tensor) -> None:
    """Freeze a teacher's token into a student, which then has its own.

    Where the widths differ a new `Projection` stands between them and learns with the student.

    Args:
        student: without a token; its other weights stay as they are.
        token: [1, T, C], copied.

    Raises:
        ConfigurationError: see `with_tokens`.
    """
    config, backbone = with_tokens(student.config, token.shape[1]), student.backbone
    student.config = backbone.config = config
    backbone.knowledge_token = nn.Parameter(token.detach().clone(), requires_grad=False)
    if token.shape[2] != config.dimensions.width:
        projection = Projection(token.shape[2], config.dimensions.width)
        # Unsafe only in that the parameter and what is made of it differ in shape.
        register_parametrization(backbone, "knowledge_token", projection, unsafe=True)


def with_own_token(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A student's weights without the teacher's width: its token as the projection makes it."""
    if _PROJECTION not in weights:
        return weights
    rest = dict(weights)
    token, projection = rest.pop(_FROZEN), rest.pop(_PROJECTION)
    return rest | {_TOKEN: F.linear(token, projection)}
