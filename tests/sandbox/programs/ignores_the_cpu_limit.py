import signal

signal.signal(signal.SIGXCPU, signal.SIG_IGN)
print("go", flush=True)
while True:
    pass
