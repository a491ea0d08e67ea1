"""Starts Plimsoll's agent, then hands over to the sitecustomize that would have been found without it."""


def _start_agent():
    import os

    folder = os.path.dirname(os.path.abspath(__file__))
    try:
        import plimsoll_agent

        plimsoll_agent.start(folder)
    except BaseException:
        pass  # The service comes first: without an agent it is merely seen less well.
    return folder


def _hand_over(folder):
    import os
    import sys
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    others = [entry for entry in sys.path if os.path.abspath(entry) != folder]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        module = module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_hand_over(_start_agent())
