def ping(depth):
    return pong(depth + 1)


def pong(depth):
    return ping(depth + 1)


ping(0)
