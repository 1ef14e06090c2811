"""A stand-in for a checkout of the published repository: the same names and layout, words of our own."""

from __future__ import annotations

from pathlib import Path

PROMPT = r'''
import os  # the published file may import what it likes

code_text_choice_prompt = """

Say how the task is to be solved,   
  and do not solve it.	Costs $5 or ${question}; "quoted", \"\"\"three\"\"\", C:\\new, {braces}, 100 %.
End with <<<Code>>> or <<<Text>>>.
Task: """

with_COT_code_output_prompt = ("Think first, " "then write one program "
                               'that prints <<<"answer">>>.\n')
text_output_prompt = f"""Answer in words: {{no fields}}.
"""
decision_prompt = "Decide" + " what " + ("comes" + " next.") + \
    " Ümlaut \u00e9 \N{BULLET} 数 😀\r\n\x1b\u2028."
decision_prompt_text2code: str = f'Switch {decision_prompt}'
decision_prompt_complex_code = decision_prompt
decision_prompt_complex_code += " Make it harder."
Code_checker_prompt = \'\'\'Test it.\'\'\'
multi_turn_planning_prompt_with_code = multi_turn_planning_prompt_without_code = "\n\nPlan.\n"
combined_agent_prompt = ""
AutoGen_prompt = "one line"
'''.replace("\\'\\'\\'", "'''")

EXPECTED = {
    "code_text_choice_prompt": (
        "\n\nSay how the task is to be solved,   \n  and do not solve it.\tCosts $5 or ${question}; "
        '"quoted", """three""", C:\\new, {braces}, 100 %.\nEnd with <<<Code>>> or <<<Text>>>.\nTask: '
    ),
    "with_COT_code_output_prompt": 'Think first, then write one program that prints <<<"answer">>>.\n',
    "text_output_prompt": "Answer in words: {no fields}.\n",
    "decision_prompt": "Decide what comes next. Ümlaut é • 数 😀\r\n\x1b\u2028.",
    "decision_prompt_text2code": "Switch Decide what comes next. Ümlaut é • 数 😀\r\n\x1b\u2028.",
    "decision_prompt_complex_code": "Decide what comes next. Ümlaut é • 数 😀\r\n\x1b\u2028. Make it harder.",
    "Code_checker_prompt": "Test it.",
    "multi_turn_planning_prompt_with_code": "\n\nPlan.\n",
    "multi_turn_planning_prompt_without_code": "\n\nPlan.\n",
    "combined_agent_prompt": "",
    "AutoGen_prompt": "one line",
}

RUNNER = r"""
from prompt import *

def run(question, errors, output):
    for depth in range(5):
        if code:
            # response = response + f'\nNot this: {output}, {errors}'
            if long:
                response = response + f'\nToo long to show.'
            else:
                response = response + f'\nIt printed:\noutput: {output}, errors: {errors}'
        CodeSteer_input_prompt_head = f'''{decision_prompt} {question}\n'''
        if code:
            CodeSteer_input_prompt = f'''Answer ($): {response}\n\nCheck:\n{check_result}\n\nCode: ''' + \
                f'''{code_complexity_summary}\n\nReply as <<<guidance>>>.'''
        else:
            CodeSteer_input_prompt = f'''Answer ($): {response}\n\nCheck:\n{check_result}\n\n''' + \
                f'''Reply as <<<guidance>>>.'''
        total = CodeSteer_input_prompt_head + CodeSteer_input_prompt
"""


def write_checkout(folder: Path, prompt: str = PROMPT, runner: str | None = RUNNER) -> Path:
    """A checkout in `folder`: `prompt.py`, and a script with the form of the turns unless `runner` is None."""
    (folder / "benchmark").mkdir(parents=True, exist_ok=True)
    (folder / "prompt.py").write_bytes(prompt.encode())
    if runner is not None:
        script = folder / "benchmark" / "run_Logic_Game_CodeSteer_test.py"
        script.write_bytes(runner.encode())
    return folder
