"""Print constraints that make pip install the oldest versions of pyproject.toml.

Every ">=" becomes "==": where the oldest versions don't go together, pip fails.
"""

import re
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
for group in (project["dependencies"], *project["optional-dependencies"].values()):
    for requirement in group:
        # A constraint names no extras.
        print(re.sub(r"\[.*\]", "", requirement).replace(">=", "=="))
