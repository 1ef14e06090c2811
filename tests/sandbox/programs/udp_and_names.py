import socket

reached = []
for family, address in ((socket.AF_INET, ("8.8.8.8", 53)), (socket.AF_INET6, ("2001:4860:4860::8888", 53))):
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as line:
            line.sendto(b"\x00" * 32, address)
            reached.append(address)
    except OSError:
        pass
for name in ("example.com", "host.docker.internal", "metadata.google.internal"):
    try:
        reached.append(socket.getaddrinfo(name, 80))
    except OSError:
        pass
print("reached", reached)
