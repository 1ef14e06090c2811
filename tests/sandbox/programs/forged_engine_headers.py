import os
import struct

inner = b"R\x00\x00\x00\x02{}"
os.write(1, (b"\x01\x00\x00\x00" + struct.pack(">I", len(inner)) + inner) * 10)
os._exit(8)
