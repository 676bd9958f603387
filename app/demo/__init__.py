"""A help desk that one believes: a company, its people, and two years of their tickets.

Nothing of it is used by the product itself. The stories are told as acts, the acts are written as
the domain would have written them, and the rows go into the database in bulk.
"""
