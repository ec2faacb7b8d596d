"""Measures what calls cost the client, side by side: antiphon, the `openai` package, bare httpx and aiohttp."""
