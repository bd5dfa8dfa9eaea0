"""Run by SkyPilot's Python: the instance profile that a configuration gives to each machine."""

import fnmatch
import json
import sys

import yaml
from sky.utils import common, common_utils, schemas

content = yaml.safe_load(sys.stdin)
common_utils.validate_schema(content, schemas.get_config_schema(), "refused: ")
found = {}
# As sky.backends.backend_utils.write_cluster_config matches them.
for name in (f"{common.JOB_CONTROLLER_PREFIX}0123abcd", *sys.argv[1:]):
    for profile in content["aws"]["remote_identity"]:
        ((pattern, identity),) = profile.items()
        if fnmatch.fnmatchcase(name, pattern):
            found[name] = identity
            break
print(json.dumps(found))
