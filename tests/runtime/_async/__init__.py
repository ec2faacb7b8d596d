"""Tests of both colours: written here, mirrored into `_sync` by `scripts/mirror`."""
