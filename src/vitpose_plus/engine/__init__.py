"""The one training loop: of poses, of masked auto-encoders, of knowledge tokens."""
