"""mmpose in a process of its own, asked line by line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from vitpose_plus.datasets.split import Split
from vitpose_plus.skeletons import Skeleton

PROGRAM = Path(__file__).with_name("mmpose_reader.py")


class Mmpose:
    """The peer, on whichever core this process may use.

    Args:
        python: of the peer's environment.
        split: whose people it reads.
        annotations: the split's file.
        folder: where to write what it needs, and what it says.
    """

    def __init__(self, python: str, split: Split, annotations: Path, folder: Path) -> None:
        skeleton, self._log = folder / "skeleton.json", folder / "mmpose.log"
        skeleton.write_bytes(TypeAdapter(Skeleton).dump_json(split.skeleton))
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [python, PROGRAM, annotations, f"{split.images}/", skeleton],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.ids: list[int] = self.ask("ids")

    def ask(self, request: str, *arguments: Any) -> Any:
        """What a method of the program's `Reader` returns."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([request, *arguments]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            sys.exit(f"{self._log.read_text()}\nmmpose's process ended")
        return json.loads(answer)

    def close(self) -> None:
        """End it."""
        self._process.communicate()
