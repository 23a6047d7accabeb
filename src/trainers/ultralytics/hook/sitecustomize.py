# SPDX-License-Identifier: AGPL-3.0-only
"""Python itself runs this at its start where Pitwall has put this folder on PYTHONPATH: a script that trains with
Ultralytics is then watched without being edited. Whatever goes wrong here is said in one line and leaves the script alone."""

import importlib.machinery
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(os.path.dirname(HERE), "pitwall_ultralytics")
WATCHED = "ultralytics.engine.model"


def run_the_hidden_one():
    """The environment's own sitecustomize, which this one hides."""
    others = [p for p in sys.path if os.path.abspath(p or os.curdir) != HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is None or spec.loader is None:
        return
    sys.modules["sitecustomize"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def load_package():
    """By its path: a folder of the same name beside the script must not take its place."""
    file = os.path.join(PACKAGE, "__init__.py")
    spec = importlib.util.spec_from_file_location("pitwall_ultralytics", file, submodule_search_locations=[PACKAGE])
    sys.modules["pitwall_ultralytics"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


class Watcher:
    """Waits for the import of the module that has `YOLO(...).train`; everything else is found as ever."""

    def find_spec(self, name, path=None, target=None):
        if name != WATCHED:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def execute_and_watch(module):
            execute(module)
            from pitwall_ultralytics.script import watch

            watch(module.Model)

        spec.loader.exec_module = execute_and_watch
        return spec


if os.environ.get("PITWALL_RUNNER_LOG"):
    try:
        load_package()
        sys.meta_path.insert(0, Watcher())
    except Exception as error:
        print(f"Pitwall cannot watch this script: {type(error).__name__}: {error}", file=sys.stderr)
run_the_hidden_one()
