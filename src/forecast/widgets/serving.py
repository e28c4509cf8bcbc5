"""How Jupyter Server talks to kernels, for pages whose every step is a message."""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's connection whose small messages are sent at once.

    Otherwise TCP holds each back until the one before is acknowledged, which browsers put off for 40 ms.
    """

    def connect(self) -> Any:
        """Connect, with TCP_NODELAY."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
