"""Run by SkyPilot's Python: a task file, as sky reads it, in JSON. NAME=VALUE: `--env`."""

import json
import sys
from pathlib import Path

import sky
import yaml

path, *overrides = sys.argv[1:]
content = yaml.safe_load(Path(path).read_text())
pairs = [tuple(pair.split("=", 1)) for pair in overrides]
task = sky.Task.from_yaml_config(content, env_overrides=pairs)
(resources,) = task.resources
for storage in task.storage_mounts.values():
    storage._validate_storage_spec(storage.name)  # what a launch does first, before it asks AWS
print(
    json.dumps(
        {
            "nodes": task.num_nodes,
            "cloud": str(resources.cloud),
            "accelerators": resources.accelerators,
            "spot": resources.use_spot,
            "recovery": resources.job_recovery,
            "workdir": task.workdir,
            "mounts": {
                target: [storage.source, storage.mode.value, storage.mount_config.read_only]
                for target, storage in task.storage_mounts.items()
            },
            "environment": task.envs,
            "secrets": sorted(task.secrets),
            "asked_secrets": [secret.name for secret in task.managed_secret_refs],
            "setup": task.setup,
            "run": task.run,
        }
    )
)
