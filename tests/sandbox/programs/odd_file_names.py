import os

for name in (b"two\nlines", b"\x1b[31mred", b"\xff\xfe", b"n" * 255, b"-rf", b"*"):
    open(name, "w").close()
names = sorted(os.listdir("."))
print([name for name in names if len(name) < 255])
print(max(map(len, names)), "long")
