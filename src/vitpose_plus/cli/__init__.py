"""The command line `vitpose`."""
