"""Poses in a person's own pictures and videos: where the boxes come from, what is written."""
