"""Text that arrives in pieces: joined when somebody asks for it, so that a piece costs the same however many came."""

from __future__ import annotations

__all__ = ["GrowingText"]


class GrowingText:
    """A text to whose end pieces are added."""

    __slots__ = ("_pieces", "length", "reader")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        self.reader: object = None
        """What reads the text while it grows, and remembers how far it came."""

    def add(self, piece: str) -> None:
        """Raises TypeError for what is no text: servers send what they like."""
        if not isinstance(piece, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a piece of text is a {type(piece).__name__}")
        self._pieces.append(piece)
        self.length += len(piece)

    def replace(self, text: str) -> None:
        """Make this the whole text."""
        self._pieces = [text]
        self.length = len(text)
        self.reader = None

    def text(self, length: int | None = None) -> str:
        """The text, or what it was when it had this length."""
        if len(self._pieces) != 1:
            self._pieces = ["".join(self._pieces)]
        whole = self._pieces[0]
        return whole if length is None or length == len(whole) else whole[:length]
