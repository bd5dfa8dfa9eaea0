"""The model as MLflow stores and serves it."""
