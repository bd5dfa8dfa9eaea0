"""What compose.yaml, its example of .env, the image and the scripts say of one another."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / "mlflow"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
TEXT = (FOLDER / "compose.yaml").read_text()
EXAMPLE = (FOLDER / ".env.example").read_text()


def pinned(path):
    rows = re.findall(r"^([\w.\[\]-]+)==(\S+)", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"\[.*", "", name).lower(): version for name, version in rows}


def test_the_servers_mlflow_is_the_projects():
    server, project = (
        pinned(FOLDER / "server/requirements.txt"),
        pinned(PROJECT / "requirements.lock"),
    )
    assert {"mlflow", "psycopg", "psycopg-binary", "boto3", "flask-wtf"} <= set(server)
    shared = set(server) & set(project)
    assert {name: server[name] for name in shared} == {name: project[name] for name in shared}


def test_what_must_always_run_says_when_it_is_healthy_and_comes_back():
    for name in ("database", "server", "s3"):
        assert SERVICES[name]["healthcheck"]["test"], name
        assert SERVICES[name]["restart"] == "unless-stopped", name
    for dependency, how in SERVICES["server"]["depends_on"].items():
        assert how["condition"] == "service_healthy", dependency


def test_every_secret_is_a_file_that_make_secrets_makes(tmp_path):
    script = (FOLDER / "make_secrets.sh").read_text()
    copy = tmp_path / "make_secrets.sh"
    copy.write_text(script)
    for _ in range(2):
        subprocess.run(["bash", copy], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert {f"secrets/{name}" for name in made} == {s["file"] for s in COMPOSE["secrets"].values()}
    assert len(set(made.values())) == len(made)
    assert all(len(value.strip()) >= 32 for value in made.values())
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_secret_once_made_is_kept(tmp_path):
    copy = tmp_path / "make_secrets.sh"
    copy.write_text((FOLDER / "make_secrets.sh").read_text())
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/aws_secret_access_key").write_text("of the bucket elsewhere")
    subprocess.run(["bash", copy], check=True, capture_output=True)
    kept = tmp_path / "secrets/aws_secret_access_key"
    assert kept.read_text() == "of the bucket elsewhere"


def test_no_empty_secret_stays_where_none_could_be_made(tmp_path):
    copy = tmp_path / "make_secrets.sh"
    copy.write_text((FOLDER / "make_secrets.sh").read_text())
    openssl = tmp_path / "openssl"
    openssl.write_text("#!/bin/sh\nexit 1\n")
    openssl.chmod(0o755)
    without = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert subprocess.run(["bash", copy], env=without).returncode != 0
    subprocess.run(["bash", copy], check=True, capture_output=True)
    made = [tmp_path / one["file"] for one in COMPOSE["secrets"].values()]
    assert sorted(path.name for path in (tmp_path / "secrets").iterdir()) == sorted(
        path.name for path in made
    )
    assert all(path.stat().st_size >= 32 for path in made)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_services_use_only_what_is_declared(name):
    service = SERVICES[name]
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])
    volumes = {volume.partition(":")[0] for volume in service.get("volumes", ())}
    assert volumes <= set(COMPOSE["volumes"])
    for variable, value in service["environment"].items():
        if variable.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in service["secrets"], variable


def test_no_password_stands_in_a_file_of_git():
    kept = subprocess.run(
        ["git", "check-ignore", "mlflow/.env", "mlflow/secrets/postgres_password"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert kept.stdout.split() == ["mlflow/.env", "mlflow/secrets/postgres_password"]
    for name, service in SERVICES.items():
        for variable, value in service["environment"].items():
            secret = re.search("PASSWORD|SECRET", variable)
            assert not secret or value.startswith("/run/secrets/"), f"{name}: {variable}"


def test_every_variable_of_env_is_explained_and_read():
    asked = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT)) | {"COMPOSE_PROFILES"}  # Compose's own
    assert set(re.findall(r"^([A-Z_0-9]+)=", EXAMPLE, flags=re.MULTILINE)) == asked


def test_every_variable_of_a_service_is_one_that_somebody_reads():
    scripts = "".join(path.read_text() for path in (FOLDER / "server").glob("*.sh"))
    libraries = {"PGHOST", "MLFLOW_SERVER_ALLOWED_HOSTS", "AWS_ACCESS_KEY_ID"}
    for variable in set(SERVICES["server"]["environment"]) - libraries:
        assert variable.removesuffix("_FILE") in scripts, variable


def test_the_image_holds_every_script():
    copied = re.findall(
        r"^COPY (.+) /opt/mlflow/$", (FOLDER / "server/Dockerfile").read_text(), flags=re.M
    )
    patterns = " ".join(copied).split()
    files = {path.name for pattern in patterns for path in (FOLDER / "server").glob(pattern)}
    here = {path.name for path in (FOLDER / "server").iterdir()}
    assert here - files == {"Dockerfile", "requirements.in"}
    for script in files:
        path = FOLDER / "server" / script
        if path.read_text().startswith("#!"):
            assert path.stat().st_mode & 0o111, f"{script} cannot be run"


def test_the_operators_page_names_every_script():
    page = (FOLDER / "README.md").read_text()
    asked = set(re.findall(r"docker compose (?:run --rm operator|exec server) (\S+)", page))
    scripts = {path.name for path in (FOLDER / "server").iterdir() if path.stat().st_mode & 0o100}
    assert asked == scripts - {"serve.sh"}


def test_the_database_and_its_client_are_of_one_version():
    (image,) = re.findall(
        r"^FROM python:\S+-slim-(\w+)$", (FOLDER / "server/Dockerfile").read_text(), flags=re.M
    )
    assert SERVICES["database"]["image"].endswith(f"-{image}")


def test_the_folder_never_hides_the_package():
    assert not list(FOLDER.rglob("__init__.py"))
    assert find_spec("mlflow").origin.endswith("site-packages/mlflow/__init__.py")


def test_the_experiment_of_the_server_is_the_configurations():
    configured = yaml.safe_load((PROJECT / "conf/base/mlflow.yml").read_text())["tracking"]
    made = re.search(r'^EXPERIMENT = "(.+)"$', (FOLDER / "server/people.py").read_text(), re.M)
    assert made[1] == configured["experiment"]["name"]


@pytest.mark.parametrize("page", ["README.md", "mlflow/README.md", "docs/*.md"])
def test_every_champion_that_a_page_names_is_one_that_an_environment_registers(page):
    base = yaml.safe_load((PROJECT / "conf/base/parameters_experiments.yml").read_text())
    name = base["promotion"]["registered_model"]
    places = [yaml.safe_load(path.read_text()) for path in PROJECT.glob("conf/*/globals.yml")]
    registered = {name.replace("${globals:workspace}", place["workspace"]) for place in places}
    pages = [path.read_text() for path in PROJECT.glob(page)]
    asked = {model for text in pages for model in re.findall(r"models:/([\w-]+)@champion", text)}
    assert asked
    assert asked <= registered
