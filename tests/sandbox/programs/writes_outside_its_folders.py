import os
import sys

wrote = []
places = ["/", "/etc", "/usr", "/usr/bin", "/bin", "/lib", "/opt", "/opt/cs", "/var", "/var/tmp", "/home", "/root"]
places += ["/dev", "/run", "/srv", "/mnt", "/proc", "/sys", os.path.dirname(os.__file__), os.path.dirname(sys.executable)]
for place in places:
    try:
        open(os.path.join(place, "left.behind"), "w").close()
        wrote.append(place)
    except OSError:
        pass
print("wrote", wrote)
