import os
import signal
import time

for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGALRM, signal.SIGRTMIN):
    for _ in range(50):
        os.kill(os.getppid(), number)
time.sleep(0.1)
print("goes on")
