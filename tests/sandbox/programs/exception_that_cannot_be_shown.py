import sys


class Unshowable(Exception):
    def __str__(self):
        sys.exit(0)


raise Unshowable
