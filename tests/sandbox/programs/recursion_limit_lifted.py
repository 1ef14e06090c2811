import sys

print("go", flush=True)
sys.setrecursionlimit(2**31 - 1)


def deeper(depth):
    return deeper(depth + 1)


deeper(0)
print("never")
