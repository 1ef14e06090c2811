import os

os.mkdir("gone")
os.chdir("gone")
os.rmdir("/work/gone")
for wish in (lambda: os.chmod("/work", 0), lambda: os.rename("/work", "/away"), lambda: os.rmdir("/work")):
    try:
        wish()
    except OSError:
        pass
print("goes on")
