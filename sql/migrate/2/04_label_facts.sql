-- Say of the labels of version 1 what it took for granted: fewer than 30 positives were too few.
update label set weak = (tp + fn < 30), languages = ['en', 'und']
