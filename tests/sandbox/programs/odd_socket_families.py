import socket

opened = []
for family, kind, number in (
    (40, socket.SOCK_STREAM, 0),
    (16, socket.SOCK_RAW, 0),
    (16, socket.SOCK_RAW, 12),
    (17, socket.SOCK_RAW, 768),
    (38, socket.SOCK_SEQPACKET, 0),
    (31, socket.SOCK_RAW, 1),
    (29, socket.SOCK_RAW, 1),
    (44, socket.SOCK_RAW, 0),
    (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
):
    try:
        socket.socket(family, kind, number).close()
        opened.append((family, number))
    except OSError:
        pass
print("opened", opened)
