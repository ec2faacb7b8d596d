"""What the high-level layer decides; nothing here waits."""
