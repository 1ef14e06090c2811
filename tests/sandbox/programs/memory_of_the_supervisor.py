read = []
for name in ("mem", "environ", "maps", "root/etc/passwd", "cwd/main.py", "auxv", "stack", "syscall"):
    try:
        with open(f"/proc/1/{name}", "rb") as file:
            if file.read(16):
                read.append(name)
    except OSError:
        pass
print("read", read)
