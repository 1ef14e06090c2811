import glob
import os

places = ["/etc/shadow", "/etc/gshadow", "/var/run/docker.sock", "/run/docker.sock", "/proc/kcore", "/proc/kmsg"]
places += ["/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun"]
places += glob.glob("/root/.*") + glob.glob("/home/*/.*") + glob.glob("/sys/firmware/*/*")
read = []
for place in places:
    try:
        with open(place, "rb") as file:
            if file.read(1):
                read.append(place)
    except OSError:
        if os.path.exists(place) and "sock" in place:
            read.append(place)
print("read", read)
