import os

with open("sparse", "wb") as file:
    file.truncate(16 << 20)
    print(os.stat("sparse").st_size, os.stat("sparse").st_blocks)
    try:
        file.truncate(10 << 30)
    except OSError as error:
        print("refused by errno", error.errno)
