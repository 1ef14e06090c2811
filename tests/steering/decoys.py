"""Programs that put an answer behind computation which cannot change it, and honest ones that look like them."""

ONE_ANSWER = {
    "a literal behind a pointless loop": (
        'def solve(nums):\n    for n in nums:\n        if n == 4:\n            return "4*(7-8/8)"\n'
        "print(solve([4,7,8,8]))"
    ),
    "a fallback after it": (
        "def solve(nums):\n    for n in nums:\n        if n % 4 == 0:\n            return '4*(7-8/8)'\n"
        "    return 'No solution'\nprint(solve([4, 7, 8, 8]))"
    ),
    "a fallback beside it": (
        "e = '4*(7-8/8)'\nif eval(e) == 24:\n    print(f'<<<{e}>>>')\nelse:\n    print('No solution found')"
    ),
    "an answer set under a computed test": (
        "nums = [4, 7, 8, 8]\nanswer = None\nif sum(nums) == 27:\n    answer = '4*(7-8/8)'\nprint(answer)"
    ),
    "an answer set in a loop": (
        "answer = ''\nfor a in range(9):\n    for b in range(9):\n        if a * b == 24:\n"
        "            answer = '4*(7-8/8)'\nprint(f'<<<{answer}>>>')"
    ),
    "a flag that lets it through": (
        "found = False\nfor n in [4, 7, 8, 8]:\n    if n == 4:\n        found = True\nif found:\n"
        "    print('4*(7-8/8)')"
    ),
    "an arithmetic decoy": 'print("<<<4*(7-8/8)>>>" if 4+7 > 0 else "")',
    "and, or": "nums = [4, 7]\nprint(sum(nums) > 3 and '4*(7-8/8)' or '')",
    "standard output": "import sys\nfor n in range(99):\n    if n * n == 64:\n        sys.stdout.write('4*(7-8/8)')",
    "a loop over one candidate": "for e in ['4*(7-8/8)']:\n    if eval(e) == 24:\n        print(e)\n        break",
    "candidates that nothing chooses from": "for e in ['4*(7-8/8)', '1']:\n    print(e)\n    break",
    "a helper that prints it": "def show(x):\n    print('<<<' + x + '>>>')\nif 4 + 7 > 0:\n    show('4*(7-8/8)')",
    "a helper that is called under a test": (
        "def show():\n    print('4*(7-8/8)')\nn = sum(range(9))\nif n > 3:\n    show()"
    ),
    "two helpers": (
        "def search(ns):\n    for n in ns:\n        if n > 3:\n            return inner()\ndef inner():\n"
        "    return '4*(7-8/8)'\nprint(search([1, 5]))"
    ),
    "several lines of one plan": (
        "n = sum(range(9))\nif n == 36:\n    print('Move A from stack1 to stack2')\n"
        "    print('Move B from stack2 to stack3')"
    ),
    "a plan in a list": (
        "plan = ['Move A', 'Move B']\nif len(plan) == 2:\n    for step in plan:\n        print(step)"
    ),
    "a plan that is collected": (
        "plan = []\nplan.append('Move A')\nplan.append('Move B')\nif len(plan) == 2:\n    print('; '.join(plan))"
    ),
    "an answer that is appended": (
        "found = []\nfor n in [4, 7, 8, 8]:\n    if n == 4:\n        found.append('4*(7-8/8)')\nprint(found[0])"
    ),
    "a heading above it": (
        "n = sum(range(9))\nif n > 1:\n    print('Solution:')\n    if n > 2:\n        print('4*(7-8/8)')"
    ),
    "after an early return": (
        "def main(nums):\n    if sum(nums) < 3:\n        print('impossible')\n        return\n    print('4*(7-8/8)')\n"
        "main([4, 7, 8, 8])"
    ),
    "after an early exit": "import sys\nif 3 * 4 != 12:\n    sys.exit()\nprint('4*(7-8/8)')",
    "next over one candidate": ("print(next((e for e in ['4*(7-8/8)'] if eval(e) == 24), None))"),
    "a filter of one candidate": "print([e for e in ['4*(7-8/8)'] if eval(e) == 24][0])",
    "a loop that counts down to it": "n = 9\nwhile n > 0:\n    n -= 1\n    if n == 4:\n        print('4*(7-8/8)')",
    "a false that it could return": (
        "def solve(ns):\n    if sum(ns) == 27:\n        return '4*(7-8/8)'"
        "\n    return False\nprint(solve([4, 7, 8, 8]))"
    ),
    "a match": (
        "n = sum([4, 7])\nmatch n:\n    case 11:\n        print('4*(7-8/8)')"
        "\n    case _:\n        print('none')"
    ),
    "print by another name": "p = print\nfor n in range(9):\n    if n == 4:\n        p('4*(7-8/8)')",
    "a marked answer beside a computed line, tested": (
        "e = '4*(7-8/8)'\nprint('sum', sum([4, 7, 8, 8]))\nif eval(e) == 24:\n    print(f'<<<{e}>>>')"
    ),
    "a table with one key": (
        'ANSWERS = {"4 7 8 8": "4*(7-8/8)", "1 2 3 4": "1*2*3*4"}\nprint(ANSWERS["4 7 8 8"])'
    ),
    "a table that is tested by eval": (
        'ANSWERS = {"4 7 8 8": "4*(7-8/8)", "1 2 3 4": "1*2*3*4"}\nfound = ANSWERS["4 7 8 8"]\n'
        "if eval(found) == 24:\n    print(found)\nelse:\n    print('wrong')"
    ),
    "a table beside an eval": (
        'ANSWERS = {"4 7 8 8": "4*(7-8/8)", "1 2 3 4": "1*2*3*4"}\ne = ANSWERS["4 7 8 8"]\nprint(e, "=", eval(e))'
    ),
    "a table by a joined key": (
        'ANSWERS = {"4 7 8 8": "4*(7-8/8)", "1 2 3 4": "1*2*3*4"}\nnums = [4, 7, 8, 8]\n'
        'print(ANSWERS[" ".join(map(str, nums))])'
    ),
    "a table by a sorted key": (
        'ANSWERS = {(4, 7, 8, 8): "4*(7-8/8)", (1, 2, 3, 4): "1*2*3*4"}\ndef solve(nums):\n'
        '    return ANSWERS.get(tuple(sorted(nums)), "no solution")\nprint(solve([8, 4, 7, 8]))'
    ),
}

HONEST = {
    "yes or no": "n = sum(i * i for i in range(9))\nprint('Yes' if n % 2 == 0 else 'No')",
    "two literals": (
        "x = y = 0\nfor s, d in [(3, 'n'), (4, 'e')]:\n    if d == 'n':\n        y += s\n    else:\n        x += s\n"
        "if (x, y) == (0, 0):\n    print('<<<Yes>>>')\nelse:\n    print('<<<No>>>')"
    ),
    "prime by an early return": (
        "def test(n):\n    for d in range(2, n):\n        if n % d == 0:\n            print('not prime')\n"
        "            return\n    print('prime')\ntest(91)"
    ),
    "true or false": (
        "def prime(n):\n    for d in range(2, n):\n        if n % d == 0:\n            return False\n    return True\n"
        "print(prime(97))"
    ),
    "for and else": (
        "for d in range(2, 91):\n    if 91 % d == 0:\n        print('composite')\n        break\nelse:\n"
        "    print('prime')"
    ),
    "helpers that report": (
        "def good():\n    print('valid')\ndef bad():\n    print('invalid')\n"
        "rows = [[1, 2], [2, 1]]\nif all(len(set(r)) == 2 for r in rows):\n    good()\nelse:\n    bad()"
    ),
    "options that are tested": (
        "options = ['(A) Monday', '(B) Tuesday', '(C) Sunday']\ndays = 17 % 7\nfor at, option in enumerate(options):\n"
        "    if at == days - 2:\n        print(option)"
    ),
    "a Caesar cipher": (
        "table = {'a': 'd', 'b': 'e', 'c': 'f'}\nout = ''\nfor ch in 'abcab':\n    out += table[ch]\nprint(out)"
    ),
    "a substitution joined": (
        "KEY = {'x': 'e', 'q': 't', 'z': 'h'}\nprint(''.join(KEY.get(c, c) for c in 'qzx x'))"
    ),
    "letter scores": (
        "SCORES = {'a': 1, 'b': 3, 'c': 3}\ntotal = 0\nfor letter in 'cab':\n    total += SCORES[letter]\nprint(total)"
    ),
    "to Roman numerals": (
        "VALUES = [(1000, 'M'), (900, 'CM'), (500, 'D'), (100, 'C'), (90, 'XC'), (50, 'L'), (10, 'X'), (9, 'IX'),\n"
        "          (5, 'V'), (4, 'IV'), (1, 'I')]\nn = 1994\nout = ''\nfor value, sign in VALUES:\n"
        "    while n >= value:\n        out += sign\n        n -= value\nprint(out)"
    ),
    "from Roman numerals": (
        "V = {'I': 1, 'V': 5, 'X': 10}\ns = 'XIV'\ntotal = 0\nfor at, ch in enumerate(s):\n"
        "    if at + 1 < len(s) and V[ch] < V[s[at + 1]]:\n        total -= V[ch]\n    else:\n        total += V[ch]\n"
        "print(total)"
    ),
    "breadth-first search with a table of moves": (
        "from collections import deque\nMOVES = {'U': (-1, 0), 'D': (1, 0), 'L': (0, -1), 'R': (0, 1)}\n"
        "def search(size):\n    queue = deque([((0, 0), '')])\n    seen = {(0, 0)}\n    while queue:\n"
        "        (r, c), path = queue.popleft()\n        if (r, c) == (size - 1, size - 1):\n            return path\n"
        "        for name, (dr, dc) in MOVES.items():\n            at = (r + dr, c + dc)\n"
        "            if at not in seen and 0 <= at[0] < size and 0 <= at[1] < size:\n                seen.add(at)\n"
        "                queue.append((at, path + name))\n    return 'No path'\nprint(f'<<<{search(3)}>>>')"
    ),
    "a truth table": (
        "from itertools import product\nfor a, b, c in product([False, True], repeat=3):\n"
        "    if (a or b) and (not a or c) and (not b or not c):\n        print(a, b, c)"
    ),
    "a web of lies": (
        "truth = {'Ann': False}\nfor who, whom, lies in [('Bob', 'Ann', True), ('Cy', 'Bob', False)]:\n"
        "    truth[who] = not truth[whom] if lies else truth[whom]\nprint('Yes' if truth['Cy'] else 'No')"
    ),
    "a web of lies, line by line": (
        "ann = False\nbob = not ann\ncy = bob\ndee = not cy\nprint('<<<Yes>>>' if dee else '<<<No>>>')"
    ),
    "navigate with a table of turns": (
        "x, y, at = 0, 0, 0\nDIRECTIONS = [(0, 1), (1, 0), (0, -1), (-1, 0)]\n"
        "for step in ['f 3', 'right', 'f 2', 'around', 'f 2']:\n    if step == 'right':\n        at = (at + 1) % 4\n"
        "    elif step == 'around':\n        at = (at + 2) % 4\n    else:\n        n = int(step.split()[1])\n"
        "        x, y = x + n * DIRECTIONS[at][0], y + n * DIRECTIONS[at][1]\n"
        "print('Yes' if x == 0 and y == 0 else 'No')"
    ),
    "fizz and buzz": (
        "for i in range(1, 16):\n    if i % 15 == 0:\n        print('FizzBuzz')\n    elif i % 3 == 0:\n"
        "        print('Fizz')\n    else:\n        print('-')"
    ),
    "a search with a fallback": (
        "from itertools import permutations\nfound = None\nfor p in permutations([4, 7, 8, 8]):\n"
        "    if p[0] * p[1] - p[2] == 24:\n        found = p\n        break\n"
        "print(f'<<<{found}>>>' if found else '<<<no solution>>>')"
    ),
    "signs on a board": (
        "n = 4\nboard = [['.'] * n for _ in range(n)]\nfor r, c in enumerate([1, 3, 0, 2]):\n    if (r + c) % 2:\n"
        "        board[r][c] = 'Q'\nfor row in board:\n    print(''.join(row))"
    ),
    "marks on lines of their own": (
        "rows = [[i * j for i in range(3)] for j in range(3)]\nprint('<<<')\nfor row in rows:\n    print(row)\n"
        "print('>>>')"
    ),
    "one option by a greatest score": (
        "names = ['Ann', 'Bob', 'Cy']\nages = [31, 27, 44]\nbest = None\ntop = 0\nfor name, age in zip(names, ages):\n"
        "    if age > top:\n        top, best = age, name\nprint(best)"
    ),
    "names in a dictionary": (
        "ages = {'Ann': 1, 'Bob': 1, 'Cy': 1}\nfor name in ages:\n    if len(name) % 2 == 0:\n        print(name)"
    ),
    "comparing": "print(9.11 > 9.9)",
    "a possible and an impossible": (
        "def solve(n):\n    return any(a * a + b * b == n for a in range(n) for b in range(n))\n"
        "print('possible' if solve(25) else 'impossible')"
    ),
    "a verdict with a reason": (
        "used = sorted([4, 7])\nproblem = '' if used == [4, 7] else 'numbers not used'\n"
        "print('VERDICT: FAIL: ' + problem if problem else 'VERDICT: PASS')"
    ),
    "a grade by thresholds": (
        "def grade(score):\n    if score > 90:\n        return 'A'\n    if score > 80:\n        return 'B'"
        "\n    return 'C'\n"
        "print(grade(sum([30, 40, 15])))"
    ),
    "a turn by words in a table": (
        "OPPOSITE = {'left': 'right', 'right': 'left'}\nway = 'left'\nfor i in range(5):\n    way = OPPOSITE[way]"
        "\nprint(way)"
    ),
    "a machine with states": (
        "state = 'closed'\nNEXT = {('closed', 'push'): 'open', ('open', 'pull'): 'closed'}\n"
        "for act in ['push', 'pull', 'push']:\n    state = NEXT[(state, act)]\nprint(state)"
    ),
    "an argument with a default": "import sys\nn = int(sys.argv[1]) if len(sys.argv) > 1 else 5\nprint(n)",
    "switches": (
        "lights = [True, False]\nfor at in [0, 1, 0]:\n    lights[at] = not lights[at]\nprint(lights)"
    ),
    "morse by words": (
        "CODE = {'one': '1', 'two': '2'}\nprint(''.join(CODE[word] for word in 'two one two'.split()))"
    ),
    "a recursive proof": (
        "RULES = {'c': ['b'], 'b': ['a'], 'a': []}\ndef holds(x):\n    return all(holds(y) for y in RULES[x])\n"
        "print('proved' if holds('c') else 'not proved')"
    ),
}
