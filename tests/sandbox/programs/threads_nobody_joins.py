import threading
import time

for _ in range(40):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print(threading.active_count() - 1, "started")
