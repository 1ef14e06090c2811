import os

os.write(1, b"price: \xe2\x82")
