"""ViTPose and ViTPose+: one backbone, one decoder a task."""

from torch import Tensor, nn

from vitpose_plus.models.backbone import Backbone
from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.decoder import build_decoder
from vitpose_plus.models.dispatch import Dispatch


class ViTPose(nn.Module):
    """ViTPose (Xu et al. 2022) and ViTPose+ (Xu et al. 2023), by configuration.

    Each sample passes through its own task's expert and decoder only.
    """

    def __init__(self, config: ViTPoseConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.heads = nn.ModuleList(
            build_decoder(config, len(task.skeleton)) for task in config.tasks
        )

    def forward(self, images: Tensor, task: str | Tensor) -> Tensor:
        """Normalised pictures to heatmaps.

        Args:
            images: [B, 3, H, W], normalised as `geometry.normalise` does.
            task: a task's name for the whole batch, or [B] one task's index a sample.

        Returns:
            heatmaps [B, K, H/4, W/4]. By index, K is the model's largest set's, and the rows
            beyond a sample's own keypoints are zero.

        Raises:
            ValueError: the pictures are not of the configured size.
            KeyError: the model does not serve this task.
        """
        self._check(images)
        if isinstance(task, str):
            index = self.config.task_index(task)
            dispatch = Dispatch.one_task(index, len(images), images.device)
            return self.heads[index](self.backbone(images, dispatch))
        dispatch = Dispatch.by_task(task)
        return self._padded(self._dispatched(images, dispatch), dispatch)

    def by_task(self, images: Tensor, tasks: Tensor) -> dict[int, Tensor]:
        """A mixed batch, unpadded: for each task present, its own samples' heatmaps.

        Args:
            images: [B, 3, H, W].
            tasks: [B] one task's index a sample.

        Returns:
            task's index -> [its samples, its K, H/4, W/4], samples in the batch's order.

        Raises:
            ValueError: the pictures are not of the configured size, there are none, or an index
                is none of the model's tasks'.
        """
        self._check(images)
        return self._dispatched(images, Dispatch.by_task(tasks))

    def for_task(self, name: str) -> "ViTPose":
        """A plain ViTPose with this task's heatmaps: its expert folded in, its decoder alone.

        The weights are copies, in the same mode and on the same device as these.

        Raises:
            KeyError: the model does not serve this task.
        """
        from vitpose_plus.models.folding import fold

        return fold(self, name)

    def _check(self, images: Tensor) -> None:
        if tuple(images.shape[2:]) != self.config.input_size:
            raise ValueError(
                f"pictures of {tuple(images.shape[2:])} pixels, but the model takes "
                f"{self.config.input_size}: load it with another input_size, or resize them"
            )

    def _dispatched(self, images: Tensor, dispatch: Dispatch) -> dict[int, Tensor]:
        served = range(len(self.heads))
        if unknown := [task for task, _ in dispatch.counts if task not in served]:
            raise ValueError(f"tasks {unknown}: this model's are 0 to {len(served) - 1}")
        if not dispatch.counts:
            raise ValueError("an empty batch")
        features = self.backbone(images[dispatch.order], dispatch)
        return {task: self.heads[task](own) for task, own in dispatch.split(features)}

    def _padded(self, heatmaps: dict[int, Tensor], dispatch: Dispatch) -> Tensor:
        first = next(iter(heatmaps.values()))
        most = max(len(task.skeleton) for task in self.config.tasks)
        padded = first.new_zeros(len(dispatch.order), most, *first.shape[2:])
        for task, places in dispatch.split(dispatch.order):
            own = heatmaps[task]
            padded[places, : own.shape[1]] = own
        return padded
