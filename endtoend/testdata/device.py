"""One connection by Python's websockets: device.py URL, the token in RECALL_TOKEN. Lines on standard input are sent as
frames; received frames are printed as lines."""
import asyncio
import os
import sys

from websockets.asyncio.client import connect


async def main(url: str) -> None:
    headers = {"Authorization": "Bearer " + os.environ["RECALL_TOKEN"]}
    async with connect(url, additional_headers=headers) as socket:

        async def send_lines() -> None:
            loop = asyncio.get_running_loop()
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                await socket.send(line.rstrip("\n"))
            await socket.close()

        sending = asyncio.create_task(send_lines())
        async for frame in socket:
            print(frame, flush=True)
        sending.cancel()
    os._exit(0)  # the thread that waits for a line would hold up the ordinary end


asyncio.run(main(sys.argv[1]))
