import os

os.execv("/bin/sh", ["sh", "-c", "echo from a shell; kill -TERM $$"])
