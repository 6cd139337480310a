"""Reads the transactions of Online Retail and tells them as events, as a shop's till would send them.

Nothing here is shared with reference.py: a mistake made twice would go unseen.
"""

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path


@dataclass
class Invoice:
    """One invoice: an order, or what came back of one."""

    number: str
    customer: str
    at: datetime
    lines: list[dict]

    @property
    def is_return(self) -> bool:
        """Numbers of returns begin with C, and all their quantities are negative."""
        return self.number.startswith("C")

    def event(self) -> dict:
        """The event of the tracking protocol. A return tells what came back in positive amounts."""
        sign = -1 if self.is_return else 1
        total = sum((sign * line["quantity"] * line["price"] for line in self.lines), Decimal(0))
        products = [
            {
                "product_id": line["code"],
                "name": line["name"],
                "quantity": sign * line["quantity"],
                "price": float(line["price"]),
            }
            for line in self.lines
        ]
        return {
            "type": "track",
            "event": "Order Refunded" if self.is_return else "Order Completed",
            "messageId": self.number,
            "userId": self.customer,
            "timestamp": self.at.isoformat(),
            "properties": {
                "order_id": self.number,
                "total": float(total),
                "currency": "GBP",
                "products": products,
            },
        }


def read(path: Path) -> tuple[list[Invoice], Counter]:
    """The invoices that name a customer, in order of time, and how many lines were read and left out.

    An invoice whose lines carry several moments happened at the first of them.
    """
    invoices: dict[str, Invoice] = {}
    counted: Counter = Counter()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            counted["lines"] += 1
            if not row["Customer ID"]:
                counted["lines without a customer"] += 1
                continue
            # The moments of the file have no zone; here they are taken as UTC.
            at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=timezone.utc)
            customer = row["Customer ID"].removesuffix(".0")
            invoice = invoices.setdefault(row["Invoice"], Invoice(row["Invoice"], customer, at, []))
            invoice.at = min(invoice.at, at)
            invoice.lines.append(
                {
                    "code": row["StockCode"],
                    "name": row["Description"],
                    "quantity": int(row["Quantity"]),
                    "price": Decimal(row["Price"]),
                }
            )
    counted["invoices"] = len(invoices)
    return sorted(invoices.values(), key=lambda invoice: (invoice.at, invoice.number)), counted
