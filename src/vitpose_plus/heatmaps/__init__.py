"""Keypoints to heatmaps and back, and flipping."""
