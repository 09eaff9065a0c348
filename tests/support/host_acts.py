"""`tollgate admin`, as whoever is on the host calls it."""

import subprocess


def admin(gateway, *arguments, expect=0):
    """What it prints."""
    command = [gateway.binary, "admin", *arguments, "--data-dir", gateway.data_dir]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == expect, done.stderr
    return done.stdout.strip() or done.stderr.strip()
