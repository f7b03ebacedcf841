"""Debian's PostgreSQL for a bench: a private cluster on the disk, with fsync on; pgbench as the floor beneath."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CLIENTS = 8
SECONDS = 10


class Cluster:
    """A running cluster with one empty database, owned by a role that is no superuser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"postgresql+psycopg://app@/store?host={folder}"
        self._binaries = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._stores = 0
        self._user = {"user": "postgres"} if os.geteuid() == 0 else {}

    def run(self, program: str, *arguments: str) -> str:
        command = [str(self._binaries / program), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.folder, **self._user)
        return done.stdout

    def start(self) -> None:
        self.run("initdb", "-D", "data", "-U", "fenbo", "-A", "trust", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")
        for statement in ("CREATE ROLE app LOGIN", "CREATE DATABASE store OWNER app"):
            self.run("psql", "-h", str(self.folder), "-U", "fenbo", "-d", "postgres", "-c", statement)

    def fresh(self) -> str:
        """The URL of another empty database."""
        self._stores += 1
        name = f"store_{self._stores}"
        statement = f"CREATE DATABASE {name} OWNER app"
        self.run("psql", "-h", str(self.folder), "-U", "fenbo", "-d", "postgres", "-c", statement)
        return f"postgresql+psycopg://app@/{name}?host={self.folder}"

    def stop(self) -> None:
        self.run("pg_ctl", "-D", "data", "-m", "fast", "stop")

    def simple_updates(self) -> float:
        """pgbench's simple-update transactions a second."""
        where = ("-h", str(self.folder), "-U", "app", "store")
        self.run("pgbench", "-i", "-q", *where)
        told = self.run("pgbench", "-N", "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), *where)
        found = re.search(r"tps = ([\d.]+)", told)
        assert found is not None, told
        return float(found[1])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """On the disk: /tmp may be memory."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="fenbo-bench-pg-") as name:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(name, owner.pw_uid, owner.pw_gid)
        made = Cluster(Path(name))
        made.start()
        try:
            yield made
        finally:
            made.stop()
