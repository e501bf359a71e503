"""The address that is pinned for the connector: TLS outside, its plain ports inside.

Below `/dsp` stand the messages of the protocol, for which the stand-in signs. Everything else is
plain HTTP of the connector's data plane, or of the store around it, and goes through as it is.
"""

from typing import Any, Final

import httpx

from comity.api import Request, Response
from comity.edge.peer_listener import peer_app
from interop.connector import HOST, Connector
from interop.outside import Outside
from standin import StandIn

_HOP: Final = frozenset({b"connection", b"content-length", b"host", b"transfer-encoding"})


def front(stand_in: StandIn, edc: Connector, outside: Outside, node: str) -> Any:
    """Return the ASGI application. `node` is the id that the connector knows the node by."""
    client = httpx.Client(trust_env=False, verify=False, timeout=30)
    # What the connector's test identity takes for a token: whose it is, and nothing that proves it.
    identity = httpx.Response(200, json={"region": "eu", "audience": edc.id, "clientId": node}).text

    def carry(request: Request) -> Response:
        headers = {"Authorization": identity}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        reply = client.request(
            request.method,
            f"http://{HOST}:{edc.ports['protocol']}{request.target}",
            content=request.body,
            headers=headers,
        )
        content_type = reply.headers.get("content-type", "")
        return Response(reply.status_code, "", content_type, reply.content)

    messages = peer_app(stand_in.outward(carry), b"{}")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or scope["path"].startswith("/dsp/"):
            await messages(scope, receive, send)
            return
        public = scope["path"].split("/")[1] == "public"
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        port = edc.ports["public"] if public else outside.port
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as plain:
            reply = await plain.request(
                scope["method"],
                f"http://{HOST}:{port}{scope['path']}",
                content=bytes(body),
                headers=[pair for pair in scope["headers"] if pair[0] not in _HOP],
            )
        headers = [pair for pair in reply.headers.raw if pair[0].lower() not in _HOP]
        length = (b"content-length", str(len(reply.content)).encode())
        start = {"type": "http.response.start", "status": reply.status_code}
        await send({**start, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": reply.content})

    return app
