import sys


def numbers():
    try:
        yield 1
    finally:
        sys.exit(6)


source = numbers()
print(next(source))
source.close()
