import sys

sys.stdout.reconfigure(encoding="utf-16-le")
print("hello")
