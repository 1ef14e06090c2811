import asyncio


async def inner():
    return 1


async def main():
    task = inner()
    try:
        return asyncio.run(task)
    finally:
        task.close()


asyncio.run(main())
