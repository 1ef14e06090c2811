import sys

print("before")
sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = None
print("nowhere")
raise ValueError("nowhere either")
