# coding: martian
print('é')
