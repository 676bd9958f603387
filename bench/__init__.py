"""What a request costs beside a bare Flask page: ``make bench``, described in docs/benchmarks.md.

__main__.py    the arguments, and the order of things
plan.py        what is measured, and the targets
databases.py   demo databases of two sizes on both engines
scene.py       the same people and tickets to look at in each of them
bare.py        the page and the insert that everything is compared with
servers.py     the product and the bare pages, served as ``make run`` serves
meter.py       processor time and memory of a server and its database
visitor.py     a browser's and a program's requests
rounds.py      who is measured after whom
report.py      the table and the JSON
"""
