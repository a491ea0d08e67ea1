"""Given to locust before a team's own file: sends exactly as many requests as planned, and tells how each ended.

The team's file stays as it is. Every request of an HTTP user first takes one of the planned places, at the planned rate;
when none is left the users stop, and locust ends. With workers, the master shares the places out and collects the
answers, so that the workers may run on other machines: they need this file and the team's, and nothing from the
environment.

Read by the process that runs the users alone, or by the master:
PLIMSOLL_OUTPUT, PLIMSOLL_REQUESTS, PLIMSOLL_RATE (requests a second), PLIMSOLL_TARGET_URL.
"""
import json
import os
import time

import gevent
from gevent.event import Event
from locust import events
from locust.clients import HttpSession
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import StopUser
from locust.runners import MasterRunner, WorkerRunner

# How often answers are told, seconds.
EVERY = 0.2
# Requests that were late are not sent all at once: a burst would be a peak of the engine's own making. Seconds.
CATCH_UP = 0.05
# A request that never tells how it ended (a `catch_response` without `with`) is not waited for longer. Seconds.
PATIENCE = 60.0


class Places:
    """The requests that this process may still send, and when."""

    def __init__(self):
        self.known = Event()
        self.left = 0
        self.planned = 0
        self.gap = 0.0
        self.due = 0.0

    def share(self, requests, rate):
        self.left = self.planned = requests
        self.gap = 1.0 / rate if rate > 0 else 0.0
        self.due = time.monotonic()
        self.known.set()

    def take(self):
        self.known.wait()
        if self.left <= 0:
            # A task that catches every exception would otherwise never let the others run.
            gevent.sleep(0.01)
            raise StopUser()
        self.left -= 1
        now = time.monotonic()
        due = max(self.due, now - CATCH_UP)
        self.due = due + self.gap
        if due > now:
            gevent.sleep(due - now)


places = Places()
answers = []
ended = 0
last = time.monotonic()


def gated(session):
    send = session.request

    def request(self, *arguments, **keywords):
        global ended
        places.take()
        try:
            return send(self, *arguments, **keywords)
        except Exception:
            # It was never sent: a URL that is none. Plimsoll sees that one is missing.
            ended += 1
            raise

    session.request = request


gated(HttpSession)
gated(FastHttpSession)


def reason(exception):
    kinds = " ".join(kind.__name__ for kind in type(exception).__mro__) + " " + str(exception)
    for word, signs in (
        ("timeout", ("Timeout", "timed out")),
        ("refused", ("refused",)),
        ("reset", ("Reset", "reset", "closed", "ended prematurely", "BrokenPipe")),
    ):
        if any(sign in kinds for sign in signs):
            return word
    return "failed"


def on_request(request_type, name, response_time, response_length, response=None, exception=None, **_):
    global ended, last
    ended += 1
    last = time.monotonic()
    answer = {
        "request": f"{request_type} {name}",
        "latency-us": max(0, int((response_time or 0) * 1000)),
        "received-bytes": max(0, int(response_length or 0)),
    }
    status = getattr(response, "status_code", None)
    if isinstance(status, int) and 100 <= status <= 999:
        answer["status"] = status
    if exception is not None:
        answer["failure"] = reason(exception)
    answers.append(json.dumps(answer))


def taken():
    global answers
    lines, answers = answers, []
    return lines


def write(lines):
    if lines:
        with open(os.environ["PLIMSOLL_OUTPUT"], "ab", buffering=0) as output:
            left = memoryview(("\n".join(lines) + "\n").encode())
            while left:
                left = left[output.write(left):]


def done():
    if not places.known.is_set() or places.left > 0:
        return False
    return ended >= places.planned or time.monotonic() - last > PATIENCE


def alone(environment):
    """The loop of a process that runs all the users."""
    while not done():
        gevent.sleep(EVERY)
        write(taken())
    write(taken())
    environment.runner.quit()


def worker(environment):
    """The loop of a worker: the master hears of every answer."""
    over = False
    while not over:
        gevent.sleep(EVERY)
        over = done()
        environment.runner.send_message("plimsoll-answers", {"lines": taken(), "over": over})


class Master:
    """Shares the places out and ends the run when every worker has used its own."""

    def __init__(self, environment):
        self.runner = environment.runner
        self.waited_for = set()
        self.runner.register_message("plimsoll-answers", self.hear)

    def share(self):
        requests, rate = int(os.environ["PLIMSOLL_REQUESTS"]), float(os.environ["PLIMSOLL_RATE"])
        workers = list(self.runner.clients)
        self.waited_for = set(workers)
        for number, name in enumerate(workers):
            part = requests // len(workers) + (number < requests % len(workers))
            self.runner.send_message("plimsoll-share", {"requests": part, "rate": rate / len(workers)}, name)

    def hear(self, environment, msg, **_):
        write(msg.data["lines"])
        if msg.data["over"] and msg.node_id in self.waited_for:
            self.waited_for.discard(msg.node_id)
            if not self.waited_for:
                gevent.spawn(self.runner.quit)


@events.init.add_listener
def on_init(environment, **_):
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        master = Master(environment)
        events.test_start.add_listener(lambda **_: master.share())
        return
    events.request.add_listener(on_request)
    if isinstance(runner, WorkerRunner):
        def shared(environment, msg, **_):
            places.share(msg.data["requests"], msg.data["rate"])
            gevent.spawn(worker, environment)

        runner.register_message("plimsoll-share", shared)
    else:
        places.share(int(os.environ["PLIMSOLL_REQUESTS"]), float(os.environ["PLIMSOLL_RATE"]))
        gevent.spawn(alone, environment)
