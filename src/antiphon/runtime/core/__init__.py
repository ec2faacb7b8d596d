"""What a client decides, and nothing of how it waits: no module in here sleeps, opens a socket or knows httpx."""
