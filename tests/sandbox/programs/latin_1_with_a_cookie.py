# -*- coding: latin-1 -*-
print('déjà vu')
