"""The Kedro application: what runs, in what order, on which data."""
