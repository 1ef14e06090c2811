from codesteer_tui.sandbox import docker

print(docker)
