import os

got = []
wishes = {
    "nice": lambda: os.nice(-5),
    "fifo": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)),
    "round robin": lambda: os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1)),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
}
for name, wish in wishes.items():
    try:
        wish()
        got.append(name)
    except OSError:
        pass
print("got", got)
