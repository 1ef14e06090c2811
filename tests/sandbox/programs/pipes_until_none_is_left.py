import os

held = []
try:
    while True:
        held += os.pipe()
except OSError as error:
    print("stopped by errno", error.errno)
for fd in held:
    os.close(fd)
with open("after", "w") as file:
    file.write("goes on")
print(open("after").read())
