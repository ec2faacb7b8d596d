"""What an API means: resources, operations and types, without a word of Python."""
