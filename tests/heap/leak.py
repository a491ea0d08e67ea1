"""python3 leak.py LEAK FOLDER AGENTS: a module that keeps clients, or bounds them; two graphs."""
import queue
import sys
import threading

sys.path.insert(0, sys.argv[3])
import plimsoll_graph

LEAK = sys.argv[1] == "1"
CLIENTS = {}
LOCAL = threading.local()


class Session:
    def __init__(self, number):
        self.name = "secret-of-client-%d" % number
        self.buffer = bytearray(600)


def handle(number):
    CLIENTS["client-%d" % number] = Session(number)
    if not hasattr(LOCAL, "cache"):
        LOCAL.cache = {}
    LOCAL.cache[number] = bytearray(300)
    for held in () if LEAK else (CLIENTS, LOCAL.cache):
        while len(held) > 50:
            held.pop(next(iter(held)))


def worker():
    while True:
        handle(WORK.get())
        WORK.task_done()


WORK = queue.Queue()
threading.Thread(target=worker, daemon=True, name="worker").start()
for index, numbers in enumerate([range(500), range(500, 2500)]):
    for number in numbers:
        WORK.put(number)
    WORK.join()
    answer = plimsoll_graph.dump("%s/%d.pygraph" % (sys.argv[2], index), 60, threading.get_ident())
    assert "error" not in answer, answer
