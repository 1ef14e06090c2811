import subprocess

subprocess.Popen("sleep 60 & sleep 60", shell=True)
print("started")
