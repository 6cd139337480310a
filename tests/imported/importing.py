"""Files into the running program, by `prevenance import`."""

import csv
import gzip
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from program import SECRET_KEY, Program


@dataclass(frozen=True)
class Import:
    """One file and its mapping, both without their endings; `column` tells the people apart."""

    mapping: str
    file: str
    column: str
    # What the mapping joins: the name that it gives it, and the file, which is never cut.
    join: tuple[str, str] | None = None


def cut(one: Import, data: Path, folder: Path, parts: int) -> Path:
    """The file; or a copy of it in the folder with the rows of every `parts`-th number only."""
    whole = data / f"{one.file}.csv.gz"
    if parts == 1:
        return whole
    part = folder / whole.name
    with gzip.open(whole, "rt", newline="") as text, gzip.open(part, "wt", compresslevel=1, newline="") as copy:
        rows, written = csv.reader(text), csv.writer(copy)
        header = next(rows)
        place = header.index(one.column)
        written.writerow(header)
        written.writerows(row for row in rows if row[place] and int(float(row[place])) % parts == 0)
    return part


def import_file(program: Program, source: str, one: Import, mappings: Path, data: Path, file: Path) -> list[str]:
    """Imports a file. Every row is fit to take: what is wrong, if one is not."""
    quarantine = program.folder / "quarantine.jsonl"
    command: list[str | Path] = [program.binary, "import", "--to", f"http://127.0.0.1:{program.port}"]
    command += ["--source", source, "--mapping", mappings / f"{one.mapping}.toml", "--quarantine", quarantine]
    if one.join:
        name, joined = one.join
        command += ["--join", f"{name}={data / joined}.csv.gz"]
    begin = time.monotonic()
    environment = {**os.environ, "PREVENANCE_KEY": SECRET_KEY}
    done = subprocess.run([*command, file], check=False, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"the import of {one.file} failed:\n{done.stdout}{done.stderr}")
    print(f"  {one.file:<26}{time.monotonic() - begin:>6.1f} s  {done.stdout.splitlines()[0]}", flush=True)
    return [f"{one.file}: rows are in quarantine"] if quarantine.exists() else []
