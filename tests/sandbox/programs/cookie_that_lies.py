# -*- coding: ascii -*-
print('déjà vu €')
