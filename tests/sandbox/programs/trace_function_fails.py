import sys


def trace(frame, event, argument):
    raise RuntimeError("no tracing here")


print("before")
sys.settrace(trace)
