"""Each data set's own metric, baselines and pictures."""
