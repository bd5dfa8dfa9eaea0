"""Masked auto-encoding of person crops, before any pose is learned."""
