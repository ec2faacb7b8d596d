"""The halves of the httpx transport that wait. `_sync` is written from this folder by `scripts/mirror`: edit here."""
