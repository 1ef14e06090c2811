import asyncio


async def main():
    print("waiting", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
