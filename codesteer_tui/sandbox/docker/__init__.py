"""Programs in Docker containers: the engine, images, warm boxes, and what keeps an engine clean.

`sandbox.DockerSandbox` is the entry; `images` and `upkeep` serve the command line and the app.
"""
