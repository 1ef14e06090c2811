import ctypes
import faulthandler

faulthandler.enable()
ctypes.memset(8, 1, 8)
