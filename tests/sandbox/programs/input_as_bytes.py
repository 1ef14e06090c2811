import os

data = open(0, "rb").read()
print(os.isatty(0), len(data), data.decode())
