"""The sandboxes that these tests run in."""

from tests.boxes import docker_image, docker_sandbox, namespace_sandbox, sandbox

__all__ = ["docker_image", "docker_sandbox", "namespace_sandbox", "sandbox"]
