"""What that behaviour decides; nothing in here waits."""
