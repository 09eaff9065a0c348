"""Master keys of gateways under test."""

import os
import secrets


def new_master_key(path):
    """A file with a new master key; its path."""
    made = path.with_name(path.name + ".new")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    made.rename(path)
    return path


def secrets_of(directory):
    """The section of a configuration that names a new master key in the directory."""
    return {"master_key_file": str(new_master_key(directory / "master.key"))}
