-- Every table, row, view and macro of one attached file, into another that is empty.
copy from database source to made
