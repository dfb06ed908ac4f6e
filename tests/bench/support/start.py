# SPDX-License-Identifier: Apache-2.0
"""Starts the program under measurement with the means of the end-to-end tests."""
import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
os.environ["HEARTH"] = os.path.join(os.path.abspath(sys.argv[1]), "hearth")
sys.path.append(os.path.join(ROOT, "tests/e2e"))

import hearth  # noqa: E402, reads HEARTH


def print_figure(name, value, unit, **more):
    print(json.dumps({"name": name, **more, "value": value, "unit": unit},
                     separators=(",", ":")), flush=True)
