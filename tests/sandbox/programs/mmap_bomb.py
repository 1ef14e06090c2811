import mmap

print("go", flush=True)
kept = []
while True:
    area = mmap.mmap(-1, 8 << 20)
    for page in range(0, len(area), mmap.PAGESIZE):
        area[page] = 1
    kept.append(area)
