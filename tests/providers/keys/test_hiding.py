"""A key never shows, in any form."""

from __future__ import annotations

import subprocess
import sys

from codesteer_tui.providers.keys.hiding import hide_keys, hide_shapes, secret
from tests.providers.keys.making import KEY


def test_every_form_of_a_key_is_hidden() -> None:
    key = 'pl+ant/ed="k\\ey"?'
    secret(key)
    for text in (
        key,
        'pl+ant/ed=\\"k\\\\ey\\"?',
        "pl%2Bant%2Fed%3D%22k%5Cey%22%3F",
        "cGwrYW50L2VkPSJrXGV5Ij8=",
    ):
        assert hide_keys(f"a{text}b") == "a[key]b"
    assert hide_shapes("key sk-0123456789abc") == "key [key]"


def test_a_short_key_is_not_taken_out_of_texts() -> None:
    secret("none")
    assert hide_keys("none of these") == "none of these"


GUARDED = """
import logging, sys, threading
from codesteer_tui.providers.keys.hiding import secret
logging.basicConfig(level=logging.DEBUG)
key = secret(sys.stdin.read())
log = logging.getLogger("openai")
log.debug("headers: %s", {"x": str(key)})
try:
    raise ValueError(f"bad {key}")
except ValueError as error:
    log.exception("failed with %s", key)
    cause = error
thread = threading.Thread(target=lambda: 1 / len("") if not key else int(key))
thread.start(); thread.join()
raise RuntimeError(str(key)) from cause
"""


def test_logs_and_tracebacks_of_any_library_do_not_show_a_secret() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED], input=KEY, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    for told in ("DEBUG:openai:headers", "failed with [key]", "ValueError: bad [key]", "RuntimeError: [key]"):
        assert told in done.stderr
    assert "invalid literal for int() with base 10: '[key]'" in done.stderr
    assert KEY not in done.stdout + done.stderr
