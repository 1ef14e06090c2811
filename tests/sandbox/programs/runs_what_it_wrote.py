import os
import subprocess

ran = []
for place in ("/work", "/tmp", "/dev/shm"):
    path = f"{place}/mine"
    try:
        with open(path, "w") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(path, 0o4777)
        subprocess.run([path], check=True)
        ran.append(place)
    except OSError:
        pass
print("ran", ran)
