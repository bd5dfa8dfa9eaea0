"""What runs on each node of a cluster: `vitpose node`, under whatever engine started it."""
