import subprocess
import sys

result = subprocess.run([sys.executable, "-m", "pip", "install", "numpy"], capture_output=True)
print("failed" if result.returncode else "installed")
sys.exit(result.returncode and 1)
