import sys

print("before")
sys.modules.clear()
sys.path.clear()
raise ValueError("after")
