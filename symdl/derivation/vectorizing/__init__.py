"""Second derivatives by matrices as matrices, the entries of each in one column."""
