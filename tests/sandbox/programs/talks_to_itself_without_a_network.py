import socket

left, right = socket.socketpair()
left.sendall(b"pair")
server = socket.socket(socket.AF_UNIX)
server.bind("mine.sock")
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect("mine.sock")
client.sendall(b"file")
print(right.recv(10), server.accept()[0].recv(10))
