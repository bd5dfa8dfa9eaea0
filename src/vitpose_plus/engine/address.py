"""A machine's own address and interface, as other machines of its network reach it."""

import array
import fcntl
import socket
import struct

ANYWHERE = "192.0.2.1"  # of a network that is in no use (RFC 5737): the way there is the way out
SIOCGIFADDR = 0x8915  # Linux: an interface's IPv4 address
NAME_BYTES = 256


def own_address(other: str) -> str:
    """This machine's address on the way to another; nothing is sent.

    By its own name a machine may be unknown to the others, as a container is, or know itself as
    127.0.1.1, as Debian writes it.

    Args:
        other: a host name or an address.

    Raises:
        OSError: the name is unknown, or nothing leads there.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(other, 9, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as way:
        way.connect(address)
        return str(way.getsockname()[0])


def outward_address() -> str | None:
    """This machine's address towards other networks, or its first; None: it has only loopback."""
    try:
        return own_address(ANYWHERE)
    except OSError:
        own = (_ipv4(name) for _, name in socket.if_nameindex())
        return next((address for address in own if address and address[:4] != "127."), None)


def interface_of(address: str) -> str | None:
    """The name of the network interface that has an IPv4 address; None: none has."""
    names = [name for _, name in socket.if_nameindex()]
    return next((name for name in names if _ipv4(name) == address), None)


def _ipv4(interface: str) -> str | None:
    asked = array.array("B", struct.pack(f"{NAME_BYTES}s", interface.encode()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            fcntl.ioctl(any_socket, SIOCGIFADDR, asked)
        except OSError:
            return None  # it has none
    return socket.inet_ntoa(asked.tobytes()[20:24])
