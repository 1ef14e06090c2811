import sys

for name, module in list(sys.modules.items()):
    if name.startswith("codesteer") or "inside" in name:
        for attribute in list(vars(module)):
            setattr(module, attribute, None)
print("spoiled")
