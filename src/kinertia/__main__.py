"""``python -m kinertia``: the same as ``kinertia``, where the folder of commands is not searched."""

from kinertia.cli.main import main

main()
