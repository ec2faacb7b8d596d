"""What the two colours do otherwise, side by side and by hand. The mirror drops `async_` and `Async` from the names."""
