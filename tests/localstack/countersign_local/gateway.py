"""Keeps LocalStack's address on the loopback interface, whatever its server makes of its settings."""

from localstack.runtime import hooks

LOOPBACK = "127.0.0.1"


@hooks.on_infra_start()
def listen_on_loopback() -> None:
    """LocalStack's Twisted server takes the port from GATEWAY_LISTEN but binds every interface.

    It trusts all callers and runs the code they upload, so nobody else on the network may reach it.
    """
    from twisted.internet import reactor

    listen = reactor.listenTCP

    def listen_here(port, factory, backlog=50, interface=""):
        return listen(port, factory, backlog=backlog, interface=LOOPBACK)

    reactor.listenTCP = listen_here
