import sys


def profile(frame, event, argument):
    if event == "call" and frame.f_code.co_filename != __file__:
        sys.exit(0)


print("before")
sys.setprofile(profile)
raise ValueError("after")
