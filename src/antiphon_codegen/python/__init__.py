"""Python source: safe to write, then put into shape."""
