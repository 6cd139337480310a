"""A year of real orders goes through the real program; segments must then hold exactly whom pandas finds.

PREVENANCE_BINARY  the program to start (required)
RETAIL_DATA        the file of transactions, default ../shared/data/online_retail_y1 beside the project
"""

import os
import signal
import sys
import time
import tomllib
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

from compare import Comparison
from orders import Invoice, read
from program import PATIENCE_S, Client, Program

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "shared/data/online_retail_y1/transactions.csv.gz"

# At each of them an order is exactly 30 days old and leaves `recent`, and another exactly 90 days old, which lets a
# customer into `lapsed`: that is why all is compared a second before as well.
MOMENTS = [
    datetime(2010, 4, 17, 12, 41, tzinfo=timezone.utc),
    datetime(2010, 8, 18, 12, 53, tzinfo=timezone.utc),
    datetime(2010, 12, 8, 16, 31, tzinfo=timezone.utc),
]
STOPS = [stop for moment in MOMENTS for stop in (moment - timedelta(seconds=1), moment)]
# The program dies while it publishes segments in April, and in the first batch from here on.
DEATH = datetime(2010, 6, 15, tzinfo=timezone.utc)

BATCH = 25
LATE_PERCENT = 3
LATE = timedelta(days=3)
# Of two hundred batches, one is sent again at once and another one after this time.
RESENT_OF = 200
RESENT_LATER = timedelta(days=30)


def arrival(invoice: Invoice) -> datetime:
    """When an invoice is sent. Three percent come three days late, but none that a comparison waits for."""
    is_late = zlib.crc32(invoice.number.encode()) % 100 < LATE_PERCENT
    arrives = invoice.at + LATE
    if not is_late or any(invoice.at <= stop < arrives for stop in STOPS):
        return invoice.at
    return arrives


def schedule(invoices: list[Invoice]) -> dict[datetime, list[Invoice]]:
    """What is sent when: what arrives on a day is sent at its end, cut where a comparison stops the day."""
    groups: dict[datetime, list[Invoice]] = {stop: [] for stop in STOPS}
    for invoice in sorted(invoices, key=lambda invoice: (arrival(invoice), invoice.number)):
        arrives = arrival(invoice)
        end = arrives.replace(hour=23, minute=59, second=59)
        due = min([end, *(stop for stop in STOPS if stop >= arrives)])
        groups.setdefault(due, []).append(invoice)
    return dict(sorted(groups.items()))


class Replay:
    """Sends the year to the program and moves its clock along."""

    def __init__(self, binary: Path, begin: datetime):
        self.now = begin
        self.program = Program(binary, begin)
        self.client = Client(self.program)
        self.till = Client(self.program, self._till_key())
        self.batches = self.late = self.deaths = self.filling = 0
        self.died_in_a_batch = False
        self.resent = {"at once": 0, "a month later": 0}
        self.to_resend: list[tuple[datetime, list[dict]]] = []

    def _till_key(self) -> str:
        """A till's orders are kept under contract, so no consent needs to ride on them."""
        self.till_key = self.client.call("POST", "/v1/keys", {"kind": "public", "source": "till"})["secret"]
        return self.till_key

    def publish(self, path: Path) -> list[str]:
        """Publishes the segments of a file and waits until they hold everybody of the history; returns their names."""
        documents = tomllib.loads(path.read_text())["segment"]
        for name, document in documents.items():
            self.client.call("PUT", f"/v1/definitions/segment/{name}?wait=true", document)
        return list(documents)

    def die_publishing(self, path: Path) -> None:
        """Publishes the segments of a file all at once, and dies as soon as one of them is listed."""
        segments = known = self.client.call("GET", "/v1/segments")["segments"]
        callers = []
        for name, document in tomllib.loads(path.read_text())["segment"].items():
            callers.append(Client(self.program))
            callers[-1].send_unheard("PUT", f"/v1/definitions/segment/{name}", document)
        end = time.monotonic() + PATIENCE_S
        while len(segments) == len(known):
            if time.monotonic() > end:
                raise TimeoutError("no segment is published")
            segments = self.client.call("GET", "/v1/segments")["segments"]
        self.filling = sum(not segment["complete"] for segment in segments)
        self.die()

    def die(self) -> None:
        """Kills the program and starts it again on its folder."""
        self.program.kill9()
        self.program.start(self.now)
        self.client, self.till = Client(self.program), Client(self.program, self.till_key)
        self.deaths += 1

    def move(self, to: datetime) -> None:
        """Moves the clock; every timer due until then has run."""
        by = round((to - self.now).total_seconds() * 1000)
        self.client.call("POST", "/v1/test/clock", {"advance_ms": by})
        self.now = to

    def send(self, invoices: list[Invoice]) -> None:
        """Sends what arrives now, and again what is to be sent again."""
        due = [events for moment, events in self.to_resend if moment <= self.now]
        self.to_resend = [entry for entry in self.to_resend if entry[0] > self.now]
        for events in due:
            self.till.collect(events, self.now)
            self.resent["a month later"] += 1
        for start in range(0, len(invoices), BATCH):
            batch = invoices[start : start + BATCH]
            self.late += sum(arrival(invoice) > invoice.at for invoice in batch)
            self._send([invoice.event() for invoice in batch])

    def _send(self, events: list[dict]) -> None:
        if self.now >= DEATH and not self.died_in_a_batch:
            # It dies while it takes the batch in; like any client, the till sends it again.
            self.till.send_unheard("POST", "/v1/batch", {"batch": events, "sentAt": self.now.isoformat()})
            self.die()
            self.died_in_a_batch = True
        self.till.collect(events, self.now)
        if self.batches % RESENT_OF == 0:
            self.till.collect(events, self.now)
            self.resent["at once"] += 1
        if self.batches % RESENT_OF == RESENT_OF // 2:
            self.to_resend.append((self.now + RESENT_LATER, events))
        self.batches += 1


def send_all(year: Replay, groups: dict[datetime, list[Invoice]], comparison: Comparison) -> None:
    """Sends everything and stops to compare."""
    segments = year.publish(HERE / "segments/from-the-start.toml")
    for moment, invoices in groups.items():
        year.move(moment)
        year.send(invoices)
        if moment == STOPS[0]:
            year.die_publishing(HERE / "segments/from-history.toml")
            segments += year.publish(HERE / "segments/from-history.toml")
        if moment in STOPS:
            begin = time.monotonic()
            comparison.compare(year.program, moment, segments)
            print(f"  {moment:%Y-%m-%d %H:%M:%S}: compared ({time.monotonic() - begin:.1f} s)", flush=True)


def totals(client: Client, invoices: list[Invoice]) -> list[str]:
    """What is wrong with the program's own counts in the end: each invoice once, each customer one profile."""
    status = client.call("GET", "/v1/status")
    wanted = {"events": len(invoices), "profiles": len({invoice.customer for invoice in invoices})}
    print(f"  {status['events']} events of {status['profiles']} profiles are kept")
    return [f"{name}: {status[name]}; it should be {count}" for name, count in wanted.items() if status[name] != count]


def idle_moments(comparison: Comparison) -> list[str]:
    """A moment at which nobody leaves or enters by itself would test less than it says."""
    wrong = []
    for before, on in zip(STOPS[::2], STOPS[1::2]):
        earlier, later = comparison.at(before), comparison.at(on)
        if earlier.members("recent") <= later.members("recent"):
            wrong.append(f"at {on} nobody leaves `recent`: choose another moment")
        if later.members("lapsed") <= earlier.members("lapsed"):
            wrong.append(f"at {on} nobody comes into `lapsed`: choose another moment")
    return wrong


def main() -> int:
    """Replays, prints what was found, and returns the exit code."""
    # Nothing is left running or on disk, however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("asked to stop"))
    data = Path(os.environ.get("RETAIL_DATA", DATA))
    invoices, counted = read(data)
    left_out = counted["lines without a customer"]
    print(f"{counted['invoices']} invoices; {left_out} of {counted['lines']} lines left out: they name no customer")
    comparison = Comparison(data)
    groups = schedule(invoices)
    begin = time.monotonic()
    year = Replay(Path(os.environ["PREVENANCE_BINARY"]), invoices[0].at)
    try:
        send_all(year, groups, comparison)
        wrong = totals(year.client, invoices) + idle_moments(comparison) + comparison.differences()
        print(
            f"  {year.batches} batches in {time.monotonic() - begin:.1f} s, comparisons included; "
            f"sent again: {year.resent}; {year.late} invoices came late; "
            f"killed {year.deaths} times, once with {year.filling} segments being filled; "
            f"peak memory {year.program.peak_memory_kib() // 1024} MiB"
        )
    except BaseException:
        sys.stderr.writelines(year.program.printed[-20:])
        raise
    finally:
        year.program.close()
    print(comparison.table())
    for sentence in wrong:
        print(f"  {sentence}")
    print("every segment equals the reference" if not wrong else f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
