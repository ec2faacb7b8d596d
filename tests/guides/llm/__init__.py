"""Model objects, in the style of the package llm."""
