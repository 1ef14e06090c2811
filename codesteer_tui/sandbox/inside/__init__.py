"""What runs inside a box: the supervisor, the worker that becomes the program, and their system-call filter.

Standard library only, Python 3.11 or newer: this folder is copied into the image as it is, and is started as
`python3 -I FOLDER container|namespaces|plain` (see `__main__`). Nothing here may import the rest of the
package.
"""
