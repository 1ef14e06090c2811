import re

print("go", flush=True)
re.match(r"(\w+\s?)*$", "a" * 60 + "!")
