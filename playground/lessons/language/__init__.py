"""How the files of lessons are written: tables, names of results, claims, and sentences with numbers in them."""
