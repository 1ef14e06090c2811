"""llama.cpp on a file, in a process of its own: `python -m tests.weights.llama_runs JOB.json OUT.npz`.

It writes to file descriptors 1 and 2 and can die; a test does not want either in its own process.
"""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def run(
    gguf: Path, *, ids: list[int] | None = None, texts: list[str] | None = None, generate: int = 0
) -> Any:
    """The logits after each of `ids` (KV in f32), the tokens of each of `texts` (control tokens read), and so many
    tokens generated from `ids`; each None where it was not asked for."""
    job, out = gguf.with_suffix(".job.json"), gguf.with_suffix(".out.json")
    job.write_text(json.dumps({"gguf": str(gguf), "ids": ids, "texts": texts, "generate": generate}))
    command = [sys.executable, "-m", "tests.weights.llama_runs", str(job), str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-2000:]
    result = json.loads(out.read_text())
    logits = out.with_suffix(".npy")
    result["logits"] = np.load(logits) if logits.exists() else None
    for path in (job, out, logits):
        path.unlink(missing_ok=True)
    return result


def _main(job_path: str, out: str) -> None:
    import llama_cpp

    job = json.loads(Path(job_path).read_text())
    model = llama_cpp.Llama(
        job["gguf"], n_ctx=512, n_batch=512, n_threads=1, logits_all=True, type_k=0, type_v=0, verbose=True
    )
    result: dict[str, Any] = {"tokens": None, "generated": None, "metadata": model.metadata}
    if job["texts"] is not None:
        vocabulary = llama_cpp.llama_model_get_vocab(model.model)
        result["tokens"] = [_tokens(llama_cpp, vocabulary, text.encode()) for text in job["texts"]]
    if job["generate"]:
        steps = model.generate(job["ids"], temp=0.0)
        result["generated"] = [token for _, token in zip(range(job["generate"]), steps, strict=False)]
    elif job["ids"] is not None:
        model.eval(job["ids"])
        np.save(Path(out).with_suffix(".npy"), model.scores[: len(job["ids"])])
    Path(out).write_text(json.dumps(result))


def _tokens(llama_cpp: Any, vocabulary: Any, text: bytes) -> list[int]:
    room = (llama_cpp.llama_token * (len(text) + 8))()
    count = llama_cpp.llama_tokenize(
        vocabulary, text, ctypes.c_int32(len(text)), room, len(room), False, True
    )
    assert count >= 0
    return list(room[:count])


if __name__ == "__main__":
    _main(*sys.argv[1:])
