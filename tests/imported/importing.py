"""Files into the running program, by `prevenance import`."""

import csv
import gzip
import os
import subprocess
import time
from pathlib import Path

from program import SECRET_KEY, Program

# The file of each mapping.
FILES = {
    "demographics": "demographics",
    "campaigns": "campaigns",
    "coupons": "coupon_redemptions_to_w44",
    "baskets": "transactions_w01_w44",
}
# What mappings join: the name that they give it, and the file. These files are never cut.
JOINED = {"campaigns": ("campaigns", "campaign_descriptions"), "baskets": ("products", "products")}
# Imported a second time; that must count nothing twice.
AGAIN = "coupons"


def cut(data: Path, folder: Path, parts: int) -> Path:
    """Where the households of every `parts`-th number are alone: copies of the files with their rows only."""
    if parts == 1:
        return data
    for name in FILES.values():
        with gzip.open(data / f"{name}.csv.gz", "rt", newline="") as whole:
            rows = csv.reader(whole)
            header = next(rows)
            place = header.index("household_id")
            with gzip.open(folder / f"{name}.csv.gz", "wt", compresslevel=1, newline="") as part:
                written = csv.writer(part)
                written.writerow(header)
                written.writerows(row for row in rows if int(row[place]) % parts == 0)
    return folder


def import_all(program: Program, mappings: Path, data: Path, folder: Path, parts: int) -> list[str]:
    """Imports every file, and one of them twice. Every row is fit to take: what is not is told, a sentence each."""
    files = cut(data, folder, parts)
    for mapping in [*FILES, AGAIN]:
        begin = time.monotonic()
        command: list[str | Path] = [program.binary, "import", "--to", f"http://127.0.0.1:{program.port}"]
        command += ["--source", "household-panel", "--mapping", mappings / f"{mapping}.toml"]
        command += ["--quarantine", _quarantine(folder, mapping)]
        if mapping in JOINED:
            name, file = JOINED[mapping]
            command += ["--join", f"{name}={data / file}.csv.gz"]
        command.append(files / f"{FILES[mapping]}.csv.gz")
        environment = {**os.environ, "PREVENANCE_IMPORT_KEY": SECRET_KEY}
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"the import of {mapping} failed:\n{done.stdout}{done.stderr}")
        print(f"  {mapping:<13}{time.monotonic() - begin:>6.1f} s  {done.stdout.splitlines()[0]}", flush=True)
    refused = {mapping: _quarantine(folder, mapping) for mapping in FILES}
    return [f"{mapping}: rows are in quarantine" for mapping, file in refused.items() if file.exists()]


def _quarantine(folder: Path, mapping: str) -> Path:
    return folder / f"{mapping}.quarantine.jsonl"
