import cv2
import numpy as np
import torch

from vitpose_plus.geometry import normalise
from vitpose_plus.models.mae import MAE, Reconstruction
from vitpose_plus.pretraining.reconstruct import draw_reconstructions, hidden_pixels
from vitpose_plus.training.panel_drawing import GAP, SEAM, TILE_HEIGHT


def test_a_patch_hides_its_own_pixels():
    masked = torch.zeros(1, 12, dtype=torch.bool)
    masked[0, 5] = True  # row 1, column 2 of 4x3
    hidden = hidden_pixels(masked, (64, 48))
    assert hidden[0, 16:32, 32:48].all()
    assert hidden.sum() == 16 * 16


def test_a_row_shows_what_is_left_what_is_guessed_and_the_picture(tmp_path):
    whole = torch.full((1, 64, 48, 3), 200, dtype=torch.uint8)
    masked = torch.zeros(1, 12, dtype=torch.bool)
    masked[0, :6] = True  # the upper half
    # A model's guess is by ImageNet's mean: 60 everywhere. What was seen is drawn as it was.
    guess = Reconstruction(normalise(torch.full_like(whole, 60)), masked)
    path = tmp_path / "sub" / "sheet.jpg"
    draw_reconstructions(whole, guess, ["coco"], 3, path, normalised=False)
    sheet = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    bottom, width = sheet.shape[0] - GAP, round(48 * TILE_HEIGHT / 64)
    columns = [GAP + i * (width + SEAM) + width // 2 for i in range(3)]
    upper, lower = bottom - TILE_HEIGHT * 3 // 4, bottom - TILE_HEIGHT // 4
    np.testing.assert_allclose([sheet[upper, x] for x in columns], (128, 60, 200), atol=3)
    np.testing.assert_allclose([sheet[lower, x] for x in columns], (200, 200, 200), atol=3)


def test_a_models_own_guess_is_drawn(auto_encoder, tmp_path):
    pictures = torch.randint(0, 255, (3, 64, 48, 3), dtype=torch.uint8)
    guess = MAE(auto_encoder).reconstruct(normalise(pictures), torch.rand(3, 12))
    path = tmp_path / "sheet.jpg"
    draw_reconstructions(pictures, guess, ["a", "b", "c"], 0, path, normalised=True)
    assert cv2.imread(str(path)).shape[1] > 3 * 48
