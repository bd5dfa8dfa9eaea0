"""Both halves of an evaluation beside their peers: decoding heatmaps, and scoring poses.

    python benchmarks/evaluation_speed.py PEER_PYTHON

`decoding_speed.py` and `coco_speed.py` one after the other; see there, also for PEER_PYTHON.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run both with this interpreter."""
    for script, arguments in (("decoding_speed.py", sys.argv[1:]), ("coco_speed.py", [])):
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
