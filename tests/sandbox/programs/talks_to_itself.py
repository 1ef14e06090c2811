import asyncio
import socket


async def answer(reader, writer):
    writer.write(await reader.read(100))
    await writer.drain()
    writer.close()


async def main():
    door = socket.create_server(("127.0.0.1", 0))
    async with await asyncio.start_server(answer, sock=door):
        reader, writer = await asyncio.open_connection(*door.getsockname())
        writer.write(b"hello")
        print("echo", await reader.read(100))
        writer.close()


asyncio.run(main())
