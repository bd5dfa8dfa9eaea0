"""Poses of people in pictures, and drawing them."""
