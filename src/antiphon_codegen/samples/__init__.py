"""What schemas of a document say: values checked against them, and values made for them. For tests and the mock."""
