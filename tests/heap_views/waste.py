"""python3 waste.py WASTEFUL FOLDER AGENTS: known numbers of useless things, or as many useful ones; one graph."""
import sys
import threading

sys.path.insert(0, sys.argv[3])
import plimsoll_graph

WASTEFUL = sys.argv[1] == "1"
EMPTY = [{"k%d" % key: key for key in range(0 if WASTEFUL else 3)} for _ in range(500)]
SPARSE = []
KEYS = list(range(1000))
for _ in range(100):
    held = dict.fromkeys(KEYS)
    if WASTEFUL:
        for key in KEYS[10:]:
            del held[key]
    SPARSE.append(held)
NUMBERS = [(1 << 40) + n for n in range(4000)] if WASTEFUL else []
answer = plimsoll_graph.dump("%s/0.pygraph" % sys.argv[2], 60, threading.get_ident())
assert "error" not in answer, answer
