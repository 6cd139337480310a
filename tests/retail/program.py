"""The real program as a child process, and a client that speaks to it as a shop's server does."""

import base64
import http.client
import json
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

SECRET_KEY = "sk_test_0123456789abcdefghjkmnpqrstvwxyz"
WRITE_KEY = "pk_test_0123456789abcdefghjkmnpqrstvwxyz"
PATIENCE_S = 120
PAGE = 1000


class Program:
    """`prevenance serve` with a frozen clock, on a data folder of its own; with further flags, if need be."""

    def __init__(self, binary: Path, now: datetime, flags: Sequence[str | Path] = ()):
        self.binary = binary
        self.flags = flags
        self.folder = Path(tempfile.mkdtemp(prefix="prevenance-retail-"))
        self.printed: list[str] = []
        self.start(now)

    def start(self, now: datetime) -> None:
        """Starts on the folder with the clock at a moment, and waits until the program listens."""
        command: list[str | Path] = [self.binary, "serve", "--listen", "127.0.0.1:0", "--data", self.folder / "data"]
        command += ["--bootstrap-secret-key", SECRET_KEY, "--bootstrap-write-key", WRITE_KEY]
        command += ["--test-clock", now.isoformat(), "--test-seed", "1", *self.flags]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        listens: queue.Queue = queue.Queue()
        threading.Thread(target=self._follow, args=(self.process.stdout, listens), daemon=True).start()
        self.port = listens.get(timeout=PATIENCE_S)
        if self.port is None:
            raise RuntimeError("the program ended before it listened:\n" + "".join(self.printed))

    def _follow(self, output, listens: queue.Queue) -> None:
        for line in output:
            self.printed.append(line)
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if found:
                listens.put(int(found[1]))
        listens.put(None)

    def kill9(self) -> None:
        """Ends it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def peak_memory_kib(self) -> int:
        """The most memory that the running process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])

    def close(self) -> None:
        """Ends it and removes its folder."""
        if self.process.poll() is None:
            self.kill9()
        shutil.rmtree(self.folder, ignore_errors=True)


class Refused(Exception):
    """The program answered with an error."""


class Client:
    """Calls the program with one key over one connection."""

    def __init__(self, program: Program, key: str = SECRET_KEY):
        self.program = program
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
            "Content-Type": "application/json",
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=PATIENCE_S)

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        """One request; waits and asks again where the program says so, as clients do."""
        content = None if body is None else json.dumps(body).encode()
        while True:
            self.connection.request(method, path, content, self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status in (429, 503):
                time.sleep(int(answer.headers.get("Retry-After", "1")))
                continue
            if answer.status != 200:
                raise Refused(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
            return json.loads(text)

    def send_unheard(self, method: str, path: str, body: dict) -> None:
        """Sends a request and does not wait for its answer."""
        self.connection.request(method, path, json.dumps(body).encode(), self.headers)

    def collect(self, events: list[dict], sent_at: datetime) -> None:
        """Sends a batch; each event must be taken."""
        answer = self.call("POST", "/v1/batch", {"batch": events, "sentAt": sent_at.isoformat()})
        if answer != {"success": True}:
            raise Refused(f"events were refused: {answer}")

    def members(self, segment: str) -> tuple[list[str], dict]:
        """The profiles of a segment over all pages, and the last page."""
        profiles, query = [], ""
        while True:
            page = self.call("GET", f"/v1/segments/{segment}/members?limit={PAGE}{query}")
            profiles += [member["profile"] for member in page["members"]]
            if "next" not in page:
                return profiles, page
            query = f"&from={quote(page['next'])}"

    def customer(self, profile: str, namespace: str = "user_id") -> str:
        """The account at the shop, or the card, that a profile's newest event carries."""
        newest = self.call("GET", f"/v1/profiles/{profile}/timeline?limit=1")["events"][0]
        return next(entry["value"] for entry in newest["identifiers"] if entry["namespace"] == namespace)
