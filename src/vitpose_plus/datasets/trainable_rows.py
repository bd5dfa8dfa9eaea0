"""A split's trainable rows as training and the crop store go through them."""

import numpy as np

from vitpose_plus.datasets.split import Split
from vitpose_plus.geometry import Body, View, view_of_box

AT_REST = np.zeros(2)


class TrainableRows:
    """The rows as plain arrays: an Arrow table is slow to index by row.

    Attributes:
        boxes: [N, 4] x, y, width, height in pixels.
        sizes: [N, 2] width and height of the pictures in pixels.
        keypoints: [N, K, 2] in pixels.
        visibility: [N, K].
        flip_index: [K] each keypoint's mirror image.
    """

    def __init__(self, split: Split) -> None:
        table = split.trainable()
        self.boxes = table.bbox
        self.sizes = np.stack([table.column("width"), table.column("height")], axis=1)
        self.keypoints = table.keypoints
        self.visibility = table.visibility
        self.flip_index = np.array(split.skeleton.flip_index())
        self._images = split.images
        # Arrow holds a million names in one piece, which forked workers share.
        self._names = table.rows.column("file_name").combine_chunks()
        self._upper = np.array(split.skeleton.upper_mask())
        self._own = split.augmentation

    def __len__(self) -> int:
        return len(self.boxes)

    def name(self, row: int) -> str:
        """The picture of a row, as the table names it."""
        return self._names[row].as_py()

    def path(self, row: int) -> str:
        """The picture of a row."""
        return str(self._images / self.name(row))

    def by_picture(self) -> list[np.ndarray]:
        """The rows of each picture, by the pictures' first appearance."""
        pictures = self._names.dictionary_encode().indices.to_numpy()
        order = np.argsort(pictures, kind="stable")
        return np.split(order, np.flatnonzero(np.diff(pictures[order])) + 1) if len(order) else []

    def view(self, row: int, input_size: tuple[int, int], jitter: np.ndarray = AT_REST) -> View:
        """The upright view of a row's box, with the set's padding.

        Args:
            row: index.
            input_size: (height, width) of the network's input.
            jitter: [2] how far the centre strays, in units of the box's width and height.
        """
        corner, size = self.boxes[row, :2], self.boxes[row, 2:]
        box = *(corner + jitter * size).tolist(), *size.tolist()
        return view_of_box(box, input_size, self._own.padding)

    def body(self, row: int) -> Body:
        """What a row's half-body views are made from."""
        labelled = self.visibility[row] > 0
        more_than = self._own.half_body_keypoints
        return Body(self.keypoints[row], labelled, self._upper, more_than)
