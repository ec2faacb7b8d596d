"""What the `antiphon` command does: a module for each of its commands."""
