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

    def forward(
        self, images: Tensor, task: str | Tensor, knowledge: Tensor | None = None
    ) -> Tensor:
        """Normalised pictures to heatmaps.

        Args:
            images: [B, 3, H, W], normalised as `geometry.normalise` does.
            task: a task's name for the whole batch, or [B] one task's index a sample.
            knowledge: as in `by_task`.

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
            return self.heads[index](self.backbone(images, dispatch, knowledge))
        dispatch = Dispatch.by_task(task)
        return self._padded(self._dispatched(images, dispatch, knowledge), dispatch)

    def by_task(
        self,
        images: Tensor,
        tasks: Tensor,
        knowledge: Tensor | None = None,
        every: bool = False,
    ) -> dict[int, Tensor]:
        """A mixed batch, unpadded: for each task present, its own samples' heatmaps.

        Args:
            images: [B, 3, H, W].
            tasks: [B] one task's index a sample; best on the CPU, where they are counted.
            knowledge: [1, T, C] tokens beside the visual ones, in the place of the model's own;
                T = 0 leaves its own out.
            every: run the experts and decoders of all tasks, on no sample where a task is absent:
                in the backward pass each of their weights then gets a gradient, of zeros.

        Returns:
            task's index -> [its samples, its K, H/4, W/4], samples in the batch's order.

        Raises:
            ValueError: the pictures are not of the configured size, there are none, an index is
                none of the model's tasks', or the backbone cannot take these tokens.
        """
        self._check(images)
        dispatch = Dispatch.by_task(tasks, every=len(self.heads) if every else 0)
        return self._dispatched(images, dispatch, knowledge)

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

    def _dispatched(
        self, images: Tensor, dispatch: Dispatch, knowledge: Tensor | None
    ) -> dict[int, Tensor]:
        served = range(len(self.heads))
        if unknown := [task for task, _ in dispatch.counts if task not in served]:
            raise ValueError(f"tasks {unknown}: this model's are 0 to {len(served) - 1}")
        if not len(images):
            raise ValueError("an empty batch")
        order = dispatch.order.to(images.device, non_blocking=True)
        features = self.backbone(images[order], dispatch, knowledge)
        return {task: self.heads[task](own) for task, own in dispatch.split(features)}

    def _padded(self, heatmaps: dict[int, Tensor], dispatch: Dispatch) -> Tensor:
        first = next(iter(heatmaps.values()))
        most = max(len(task.skeleton) for task in self.config.tasks)
        padded = first.new_zeros(len(dispatch.order), most, *first.shape[2:])
        for task, places in dispatch.split(dispatch.order):
            own = heatmaps[task]
            padded[places, : own.shape[1]] = own
        return padded
