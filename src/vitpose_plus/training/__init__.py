"""Training of poses on the engine: batches of several data sets, their losses and scores."""
