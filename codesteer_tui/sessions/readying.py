"""Who and what a run is played with, made ready: models, sandbox, and the steerer, TaskLLM and checker on them."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from codesteer_tui.config import Config, SandboxSettings
from codesteer_tui.errors import ConfigError
from codesteer_tui.problem import Problem
from codesteer_tui.sandbox import Sandbox
from codesteer_tui.sandbox.choose import choose_sandbox
from codesteer_tui.sandbox.limits import limits_of
from codesteer_tui.sessions.casting import Casting, Models, choices_of
from codesteer_tui.sessions.switching import Switching
from codesteer_tui.settings.layers import user_config_file
from codesteer_tui.settings.saving import save_setting
from codesteer_tui.steering.asking import Calls
from codesteer_tui.steering.baselines import Baseline, BaselineSteerer
from codesteer_tui.steering.execution import Approval, Ask, Executor, runs_so_far
from codesteer_tui.steering.loop import Cast
from codesteer_tui.steering.packs_there import packs_folder
from codesteer_tui.steering.prompts import load_pack
from codesteer_tui.steering.stepping import Stepping
from codesteer_tui.symbench import tasks
from codesteer_tui.transcript import Transcript
from codesteer_tui.values import Role, RoleInfo


async def made_ready(
    config: Config,
    problem: Problem,
    transcript: Transcript,
    ask: Ask,
    calls: Calls,
    stepping: Stepping,
    baseline: Baseline | None,
    config_file: Path | None,
    stack: AsyncExitStack,
) -> tuple[Cast, Switching, dict[Role, RoleInfo], Sandbox]:
    """Who and what a run is played with: models and the sandbox are open then, and closed with the stack."""
    packs = packs_folder(config_file)
    pack = load_pack(config.steering.prompt_pack, packs)
    casting = Casting(config, pack, Models(), calls, packs)
    stack.push_async_callback(casting.models.aclose)
    choices = choices_of(config)
    await casting.models.prepare(choices.values())
    roles = {role: casting.info(role, choice) for role, choice in choices.items()}
    steerer = BaselineSteerer(pack, baseline) if baseline else casting.steerer(choices["steerer"])
    roles["steerer"] = steerer.info
    switching = Switching(config, casting, transcript)
    sandbox = await _open_sandbox(config.sandbox, stack)
    executor = _executor(config, sandbox, transcript, ask, stepping.approval, config_file)
    cast = Cast(
        steerer=steerer,
        task_llm=casting.task_llm(choices["task_llm"]),
        checker=casting.checker(choices["checker"], executor),
        executor=executor,
        pack=pack,
        sampling=casting.sampling(choices["task_llm"]),
        calls=calls,
        verify=partial(tasks[problem.task].verify, problem) if problem.task in tasks else None,
        recast=switching.recast,
        stepping=stepping,
    )
    return cast, switching, roles, sandbox


async def _open_sandbox(settings: SandboxSettings, stack: AsyncExitStack) -> Sandbox:
    sandbox = await choose_sandbox(settings)
    stack.push_async_callback(sandbox.aclose)
    return sandbox


def _executor(
    config: Config,
    sandbox: Sandbox,
    transcript: Transcript,
    ask: Ask,
    approval: Approval,
    config_file: Path | None,
) -> Executor:
    return Executor(
        sandbox,
        limits_of(config.sandbox, sandbox.info),
        ask,
        first_id=1 + runs_so_far(transcript),
        remember=partial(agree_for_good, config_file),
        approval=approval,
    )


def agree_for_good(config_file: Path | None = None) -> str:
    """Let code from real models run with reduced isolation in later sessions as well; says what came of it.

    It is written into `config_file`, or the user's own file.
    """
    env = dict(os.environ)
    if config_file and config_file != user_config_file(env):
        env["CODESTEER_CONFIG"] = str(config_file)
    try:
        saved = save_setting("sandbox.reduced_isolation", "always", env=env)
    except ConfigError as error:
        return f"It holds for this session only: {error.message}"
    return f'Saved in {saved}: [sandbox] reduced_isolation = "always" {saved.warning}'.strip()
