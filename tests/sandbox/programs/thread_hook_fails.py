import threading


def hook(arguments):
    raise KeyError("hook")


threading.excepthook = hook
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
print("main goes on")
