import multiprocessing


def child(end):
    end.send("from the child")


here, there = multiprocessing.Pipe()
process = multiprocessing.Process(target=child, args=(there,))
process.start()
print(here.recv())
process.join()
