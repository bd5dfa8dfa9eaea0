#!/usr/bin/env python
"""Who may use the tracking server. Runs where the server does, with the admin's password.

people.py add NAME [--promoter]   a member of the team, whose new password is printed
people.py password NAME           a new password, printed
people.py remove NAME             what they logged stays

Not the admin, by whose password it does all this: that stands in secrets/admin_password.
Members log into each other's experiments and read all; a promoter also registers versions of every
model and sets and takes away its aliases.
"""

import argparse
import os
import secrets
from http import HTTPStatus
from pathlib import Path

# What a role may do to things that others own. Without MANAGE no alias can be taken away.
ROLES = {
    "member": {"experiment": "EDIT"},
    "promoter": {"experiment": "EDIT", "registered_model": "MANAGE"},
}
WORKSPACE = "default"
ADMIN = "admin"  # as basic_auth.ini says
# The experiment of conf/base/mlflow.yml. Of two first runs at once only one would make it, and the
# other go astray into "Default" (MLflow issue 10334): it is made with the first member.
EXPERIMENT = "vitpose-plus"


def main() -> None:
    """Do what the command line asks."""
    asked = _arguments()
    _sign_in()

    client = _users()
    password = secrets.token_urlsafe(18)
    if asked.what == "remove":
        client.delete_user(asked.name)
    elif asked.what == "password":
        client.update_user_password(asked.name, password)
        print(password)
    else:
        _make_experiment()
        client.create_user(asked.name, password)
        client.assign_role(asked.name, _role(client, "promoter" if asked.promoter else "member"))
        print(password)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["add", "password", "remove"])
    parser.add_argument("name")
    parser.add_argument("--promoter", action="store_true", help="add: may change models")
    asked = parser.parse_args()
    if asked.name == ADMIN:
        parser.error(f"{ADMIN} is not changed here: the scripts would be locked out")
    return asked


def _sign_in() -> None:
    """Tell MLflow's client, by its environment, the server beside it and the admin's password."""
    password = os.environ.get("MLFLOW_AUTH_ADMIN_PASSWORD")
    if password is None:
        password = Path(os.environ["MLFLOW_AUTH_ADMIN_PASSWORD_FILE"]).read_text().strip()
    port = os.environ.get("MLFLOW_PORT", "5000")
    os.environ["MLFLOW_TRACKING_URI"] = f"http://127.0.0.1:{port}"
    os.environ |= {"MLFLOW_TRACKING_USERNAME": ADMIN, "MLFLOW_TRACKING_PASSWORD": password}


def _users():
    """MLflow's client for users and roles, once the admin's password is found right."""
    from mlflow.exceptions import MlflowException
    from mlflow.server import get_app_client

    client = get_app_client("basic-auth", os.environ["MLFLOW_TRACKING_URI"])
    try:
        client.get_user(ADMIN)
    except MlflowException as error:
        if error.get_http_status_code() != HTTPStatus.UNAUTHORIZED:
            raise
        raise SystemExit(
            "people.py: the database knows the admin by another password: put back the "
            "secrets/admin_password of when the database was made (README.md, Restore)"
        ) from error
    return client


def _make_experiment() -> None:
    from mlflow import MlflowClient

    client = MlflowClient()
    if client.get_experiment_by_name(EXPERIMENT) is None:
        client.create_experiment(EXPERIMENT)


def _role(client, name: str) -> int:
    """The id of a role, made at its first use."""
    for role in client.list_roles(WORKSPACE):
        if role.name == name:
            return role.id
    role = client.create_role(WORKSPACE, name)
    for kind, permission in ROLES[name].items():
        client.add_role_permission(role.id, kind, "*", permission)
    return role.id


if __name__ == "__main__":
    main()
