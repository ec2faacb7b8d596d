"""Answers: made from the document and from what exists on the server, and put into bytes. Nothing here waits."""
