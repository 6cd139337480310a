"""Who the mappings grant `site` for: docs/import.md, "Trials", followed in Python."""

import hashlib
from dataclasses import dataclass

SHARE = 0.7


@dataclass(frozen=True)
class Trial:
    """What the grant of a mapping is drawn by."""

    salt: str
    namespace: str

    def chosen(self, people: set[str]) -> set[str]:
        """Those of whom the first eight bytes of the hash are below the share."""
        return {person for person in people if self._hash(person) < int(SHARE * 2**64)}

    def _hash(self, person: str) -> int:
        digest = hashlib.sha256(f"{self.salt}:{self.namespace}:{person}".encode()).digest()
        return int.from_bytes(digest[:8], "big")
