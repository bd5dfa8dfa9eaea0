"""Lightning modules, optimiser groups, batches of several data sets."""
