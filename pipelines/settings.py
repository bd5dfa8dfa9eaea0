"""Kedro's settings: where configuration comes from and who listens to a run."""

from omegaconf.resolvers import oc

from pipelines.hooks import ParametersHook

HOOKS = (ParametersHook(),)

# Without --env a run draws the sample and trains on it: the main job of a fresh clone.
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "sample",
    # An environment states what differs from base, down to a single key.
    "merge_strategy": {"parameters": "soft"},
    # Kedro offers it to credentials alone; here it says where the archives lie.
    "custom_resolvers": {"oc.env": oc.env},
}
