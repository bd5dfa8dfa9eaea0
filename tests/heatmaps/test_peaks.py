import torch
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.heatmaps.peaks import find_peaks

few_values = st.integers(0, 3).map(float)


@given(st.integers(0, 4), st.integers(1, 9), st.integers(1, 9), st.data())
def test_it_is_the_first_of_the_highest_pixels(count, rows, columns, data):
    size = count * rows * columns
    values = data.draw(st.lists(few_values, min_size=size, max_size=size))
    heatmaps = torch.tensor(values).view(count, rows, columns)
    x, y, highest = find_peaks(heatmaps)
    for i, heatmap in enumerate(heatmaps.tolist()):
        flat = [value for row in heatmap for value in row]
        assert flat.index(max(flat)) == y[i] * columns + x[i]
        assert highest[i] == max(flat)


def test_any_floating_type_and_layout_will_do():
    heatmaps = torch.rand(5, 32, 24)
    x, y, _ = find_peaks(heatmaps)
    turned = heatmaps.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    assert all(map(torch.equal, find_peaks(turned)[:2], (x, y)))
    low = heatmaps.bfloat16()
    x, y, highest = find_peaks(low)
    assert torch.equal(highest, low.flatten(1).amax(dim=1))
    assert torch.equal(low[torch.arange(5), y, x], highest)
