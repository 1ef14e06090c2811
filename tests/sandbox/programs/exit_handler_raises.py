import atexit

atexit.register(print, "second")
atexit.register(lambda: 1 / 0)
print("main")
