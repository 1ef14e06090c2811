import sys

count = int(input())
numbers = list(map(int, sys.stdin.readline().split()))
print(count, numbers, repr(sys.stdin.read()), repr(sys.stdin.read()))
