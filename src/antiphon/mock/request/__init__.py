"""A request as the document means it: matched, decoded, checked. Knows no answers."""
