import subprocess
import sys
from importlib.metadata import version

import click
import pytest

from vitpose_plus.cli.main import main


def test_help_loads_nothing_heavy():
    heavy = "{'torch', 'numpy', 'pydantic', 'timm'} & set(sys.modules)"
    code = f"import sys; from vitpose_plus.cli.main import main; print(sorted({heavy}))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_the_module_runs_as_a_process():
    command = [sys.executable, "-m", "vitpose_plus.cli.main", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "convert" in told.stdout
    assert "info" in told.stdout


def test_an_error_of_a_real_process_is_one_line_without_a_traceback():
    options = ["info", "s", "--tasks", "none.yml"]
    command = [sys.executable, "-m", "vitpose_plus.cli.main", *options]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == "Error: skeleton file none.yml does not exist\n"


def test_the_version_is_the_packages(vitpose):
    assert version("vitpose-plus") in vitpose("--version").stdout


def test_an_error_of_several_lines_becomes_one(vitpose, saved):
    (saved / "config.json").write_text('{"size": "s"}')
    told = vitpose("info", saved)
    assert told.exit_code == 1
    assert told.stderr.startswith(f"Error: {saved}")
    assert len(told.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_an_error_and_no_traceback(vitpose, saved, tmp_path):
    (tmp_path / "file").touch()
    told = vitpose("convert", saved, tmp_path / "file" / "new", "--to", "native")
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit)
    assert "Error: [Errno" in told.stderr


@pytest.mark.parametrize("command", main.commands.values(), ids=lambda command: command.name)
def test_every_option_says_what_it_is_for(command):
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert options
    assert all(option.help for option in options)
