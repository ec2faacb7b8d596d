"""A Sanic application with one client, which is closed before the server stops.

sanic sanic_application:app
"""

from __future__ import annotations

from typing import Any

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from antiphon import AsyncClient

app: Sanic[Any, Any] = Sanic("guide")
client = AsyncClient()


@app.before_server_stop
async def close_client(*_: Any) -> None:
    await client.close()
    print("client closed:", client.is_closed())


@app.get("/chat")
async def chat(request: Request[Any, Any]) -> HTTPResponse:
    completion = await client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": request.args.get("message", "")}]
    )
    return json({"reply": completion.choices[0].message.content})


@app.get("/stop")
async def stop(request: Request[Any, Any]) -> HTTPResponse:
    request.app.stop()
    return json({})


def main() -> None:
    """Serve the application until somebody asks it to stop."""
    import os

    served: Any = app  # its types say too little
    served.run(host="127.0.0.1", port=int(os.environ["PORT"]), single_process=True, motd=False, access_log=False)


if __name__ == "__main__":
    main()
