import os
import signal

print("go", flush=True)
os.kill(0, signal.SIGKILL)
