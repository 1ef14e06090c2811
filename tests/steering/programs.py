"""Programs as models write them, by what a person would say about each."""

HARD_CODED = {
    "a literal": 'print("(8 - 4) * 6 = 24")',
    "a number": "print(24)",
    "an assigned literal": 'result = "<<<(8-4)*(7-1)>>>"\nprint(result)',
    "an f-string of literals": 'a = "24"\nname = "x"\nprint(f"The answer for {name} is {a}")',
    "an empty loop before it": 'result = "42"\nfor _ in range(10):\n    pass\nprint(result)',
    "a busy loop before it": "answer = 7\ntotal = 0\nfor i in range(100):\n    total += i * i\nprint(answer)",
    "a function that returns it": "def solve():\n    return [1, 5, 8, 6, 3, 7, 2, 4]\n\nprint(solve())",
    "a chain of functions": "def inner(x):\n    return x\ndef outer():\n    return inner('9.9')\nprint(outer())",
    "a method that returns it": "class S:\n    def solve(self):\n        return 'yes'\nprint(S().solve())",
    "a lambda": "f = lambda: 24\nprint(f())",
    "a dictionary": "answers = {'q': '24'}\nprint(answers['q'])",
    "a join of literals": "print(', '.join(['1', '2', '3']))",
    "a conversion": "print(str(int('24')))",
    "glued texts": "print('<<<' + '24' + '>>>')",
    "an overwritten computation": "x = sum(range(10))\nx = 24\nprint(x)",
    "a test of itself": "answer = 24\nif answer == 24:\n    print('correct', answer)",
    "a test that is always true": "if True:\n    print('24')",
    "a check that only confirms": "e = '(1+2)*8'\nif eval(e) == 24:\n    print(e)",
    "an answer by question": "def solve(n):\n    d = {'4788': '24'}\n    return d['4788']\nprint(solve([4, 7]))",
    "an answer that is asserted": "e = '(8-4)*6'\nassert eval(e) == 24\nprint(f'<<<{e}>>>')",
    "a decoy beside the marked answer": "n = sum(i * i for i in range(9))\nprint(n)\nprint('<<<24>>>')",
    "a loop that prints literals": "for line in ['1 2', '3 4']:\n    print(line)",
    "a solver that is never called": "def solve(n):\n    for i in range(n):\n        print(i * i)\nprint('12')",
    "a main guard": "def main():\n    print('24')\n\nif __name__ == '__main__':\n    main()",
    "a comment with keywords": "# for each format, while we try\nprint('for while if else try eval( itertools')",
    "standard output": "import sys\nsys.stdout.write('24')",
}

HONEST_BUT_SIMPLE = {
    "a product": "print(123 * 456)",
    "a product of names": "a = 123\nb = 456\nprint(f'{a} * {b} = {a * b}')",
    "a comparison": "a, b = 9.11, 9.9\nif a > b:\n    print(a)\nelse:\n    print('9.9')",
    "max": "print(max(9.11, 9.9))",
    "count": "print('strawberry'.count('r'))",
    "transposing": "m = [[1, 2], [3, 4]]\nprint([list(row) for row in zip(*m)])",
    "reverse": "print('hello'[::-1])",
}

COMPUTING = {
    "counting letters": (
        "word = 'strawberry'\npositions = []\nfor i, c in enumerate(word, 1):\n    if c == 'r':\n"
        "        positions.append(i)\nprint(f'<<<Count: {len(positions)}, Positions: {positions}>>>')"
    ),
    "a recursive 24 solver": (
        "from itertools import permutations\nfrom fractions import Fraction\n\n"
        "def solve(items):\n    if len(items) == 1:\n        return items[0][1] if items[0][0] == 24 else None\n"
        "    for a, b, *rest in permutations(items):\n"
        "        options = [(a[0] + b[0], f'({a[1]}+{b[1]})'), (a[0] * b[0], f'({a[1]}*{b[1]})'),\n"
        "                   (a[0] - b[0], f'({a[1]}-{b[1]})')]\n"
        "        if b[0] != 0:\n            options.append((a[0] / b[0], f'({a[1]}/{b[1]})'))\n"
        "        for option in options:\n            found = solve([option] + rest)\n"
        "            if found:\n                return found\n    return None\n\n"
        "print(solve([(Fraction(n), str(n)) for n in (4, 7, 8, 8)]))"
    ),
    "sudoku by backtracking in place": (
        "grid = [[1, 0], [0, 1]]\n\ndef ok(g, r, c, v):\n"
        "    return all(g[r][i] != v and g[i][c] != v for i in range(2))\n"
        "\ndef solve(g):\n    for r in range(2):\n        for c in range(2):\n            if g[r][c] == 0:\n"
        "                for v in (1, 2):\n                    if ok(g, r, c, v):\n"
        "                        g[r][c] = v\n"
        "                        if solve(g):\n                            return True\n"
        "                        g[r][c] = 0\n                return False\n    return True\n\n"
        "solve(grid)\nfor row in grid:\n    print(*row)"
    ),
    "queens into an outer list": (
        "solutions = []\ndef place(row, cols):\n    if row == 6:\n        solutions.append(cols[:])\n        return\n"
        "    for c in range(6):\n        if all(c != d and abs(c - d) != row - r for r, d in enumerate(cols)):\n"
        "            place(row + 1, cols + [c])\nplace(0, [])\nprint(solutions[0])"
    ),
    "sympy": "from sympy import symbols, solve\nx = symbols('x')\nprint(solve(x**2 - 5*x + 6, x))",
    "z3": "from z3 import *\ns = Solver()\nx = Int('x')\ns.add(x * x == 49)\ns.check()\nprint(s.model()[x])",
    "breadth-first search": (
        "from collections import deque\nqueue = deque([(1, 'start')])\nseen = {1}\nwhile queue:\n"
        "    n, path = queue.popleft()\n    if n == 10:\n        print(path)\n        break\n"
        "    for m in (n * 2, n + 3):\n        if m not in seen and m < 50:\n            seen.add(m)\n"
        "            queue.append((m, path + f' {m}'))"
    ),
    "a search that prints a word": (
        "for a in range(100):\n    for b in range(100):\n        if a * b == 2021 and a < b:\n"
        "            print('found')\n            break"
    ),
    "a class with state": (
        "class Solver:\n    def __init__(self, n):\n        self.n = n\n        self.total = 0\n"
        "    def run(self):\n        for i in range(self.n):\n            self.total += i * i\n"
        "solver = Solver(10)\nsolver.run()\nprint(solver.total)"
    ),
    "dynamic programming": (
        "n = 30\nways = [0] * (n + 1)\nways[0] = 1\nfor coin in (1, 5, 10):\n    for v in range(coin, n + 1):\n"
        "        ways[v] += ways[v - coin]\nprint('ways:', ways[n])"
    ),
    "an expression that is built and evaluated": (
        "from itertools import product\nfor ops in product('+-*/', repeat=3):\n"
        "    e = '4' + ops[0] + '7' + ops[1] + '8' + ops[2] + '8'\n    if eval(e) == 24:\n        print(e)"
    ),
    "a nested function": (
        "def main():\n    n = sum(i for i in range(50) if i % 3 == 0)\n    def show():\n        print('n is', n)\n"
        "    show()\nif __name__ == '__main__':\n    main()"
    ),
    "a flag set in a loop": (
        "n = 97\nprime = True\nfor d in range(2, n):\n    if n % d == 0:\n        prime = False\n"
        "print('prime' if prime else 'not prime')"
    ),
    "a generator": (
        "def squares():\n    for i in range(40):\n        if i * i % 7 == 2:\n            yield i\n"
        "print(list(squares()))"
    ),
    "rewriting a text": "s = 'ABCABBA'\nwhile 'AB' in s:\n    s = s.replace('AB', 'B', 1)\nprint(s)",
    "moves printed inside a recursion": (
        "def hanoi(n, a, b, c):\n    if n == 0:\n        return\n    hanoi(n - 1, a, c, b)\n"
        "    print(f'Move {n} from {a} to {c}')\n    hanoi(n - 1, b, a, c)\nhanoi(3, 'A', 'B', 'C')"
    ),
    "a counter in an outer scope": (
        "count = 0\ndef walk(n):\n    global count\n    if n == 0:\n        count += 1\n        return\n"
        "    for i in range(n):\n        walk(n - 1)\nwalk(5)\nprint(count)"
    ),
    "a bubble sort in place": (
        "xs = [3, 1, 2]\nfor i in range(3):\n    for j in range(2):\n        if xs[j] > xs[j + 1]:\n"
        "            xs[j], xs[j + 1] = xs[j + 1], xs[j]\nprint(xs)"
    ),
    "a memo": (
        "from functools import lru_cache\n@lru_cache(None)\ndef fib(n):\n"
        "    return n if n < 2 else fib(n - 1) + fib(n - 2)\nprint(fib(50))"
    ),
    "a callback": (
        "words = ['pear', 'fig', 'apple']\nbest = None\nfor w in sorted(words, key=lambda w: (len(w), w)):\n"
        "    best = w\nprint(best)"
    ),
}
