import os
import sys

print("written")
sys.stdout.write("never written")
os._exit(3)
