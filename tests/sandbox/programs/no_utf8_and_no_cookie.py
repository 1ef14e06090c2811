print('déjà vu')
