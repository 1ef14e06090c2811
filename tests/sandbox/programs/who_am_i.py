import os
import re

status = open("/proc/self/status").read()
print("root", 0 in (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *os.getgroups()))
print("capabilities", sum(int(value, 16) for value in re.findall(r"Cap\w+:\t(\w+)", status)))
print("no new privileges", *re.findall(r"NoNewPrivs:\t(\d)", status))
print("filter", *re.findall(r"Seccomp:\t(\d)", status))
