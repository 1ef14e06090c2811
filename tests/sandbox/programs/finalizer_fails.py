class Faulty:
    def __del__(self):
        return 1 / 0


Faulty()
print("after")
