"""The parts that wait. `_sync` is written from this folder by `scripts/mirror`: edit here."""
