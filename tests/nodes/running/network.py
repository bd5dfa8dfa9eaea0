"""Machines of their own on this one: network namespaces on a bridge, and what runs in them."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


def ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


@dataclass
class Machine:
    """A network namespace with an address of its own; its disk is a folder.

    Attributes:
        name: of the namespace and of the host.
        address: on the bridge.
        disk: where its programs run.
    """

    name: str
    address: str
    disk: Path
    running: list[subprocess.Popen] = field(default_factory=list)

    def start(self, command: Sequence[str], variables: Mapping[str, str], log: Path):
        """A process in it, with all that it says in a file."""
        given = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        with log.open("ab") as file:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.name, *command],
                cwd=self.disk,
                env=given | dict(variables),
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def ask(self):
        """SIGTERM to every process, as engines send it that look for a whole tree."""
        self._signal(signal.SIGTERM)

    def kill(self):
        """As when the power goes: every process at once."""
        while self._signal(signal.SIGKILL):
            for process in self.running:
                process.wait(timeout=60)
        self.running.clear()

    def _signal(self, number: signal.Signals) -> bool:
        """Whether there was any process to send it to."""
        pids = ip("netns", "pids", self.name).split()
        for pid in pids:
            try:
                os.kill(int(pid), number)
            except ProcessLookupError:
                continue
        return bool(pids)


class Network:
    """A bridge with machines; its own address is where servers listen.

    Args:
        number: of the private network, 10.<number>.0.0/24.
    """

    def __init__(self, number: int) -> None:
        self.number, self.made = number, 0
        self.bridge = f"vp{number}"
        self.address = f"10.{number}.0.1"
        self.machines: list[Machine] = []
        ip("link", "add", self.bridge, "type", "bridge")
        ip("address", "add", f"{self.address}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")

    def add(self, disk: Path) -> Machine:
        place, self.made = self.made, self.made + 1
        name = f"vp{self.number}n{place}"
        machine = Machine(name, f"10.{self.number}.0.{10 + place}", disk)
        outside, inside = f"vp{self.number}v{place}", "eth0"
        ip("netns", "add", name)
        self.machines.append(machine)
        ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
        ip("link", "set", outside, "master", self.bridge, "up")
        ip("-n", name, "address", "add", f"{machine.address}/24", "dev", inside)
        ip("-n", name, "link", "set", inside, "up")
        ip("-n", name, "link", "set", "lo", "up")
        return machine

    def remove(self, machine: Machine):
        machine.kill()
        ip("netns", "delete", machine.name)
        self.machines.remove(machine)

    def close(self):
        for machine in list(self.machines):
            self.remove(machine)
        ip("link", "delete", self.bridge)
