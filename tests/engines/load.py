"""An engine of somebody's own: sends what it is told, one request after the other, and tells each in lines.

Its argument says what it does wrong, so that the tests see it noticed.
"""
import http.client
import json
import os
import subprocess
import sys
import time

how = sys.argv[1]
requests = int(sys.argv[2])
host = os.environ["PLIMSOLL_TARGET_URL"].removeprefix("http://")
steady = os.environ["PLIMSOLL_PHASE"] == "steady"

with open("environment.json", "w") as file:
    json.dump(dict(os.environ), file)
if how in ("fails", "hangs", "waits"):
    # Leaves its session and its parent: only who looks for all that it started ends this.
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; setsid sleep 300 & echo $! > sleeper; wait"])
    while not os.path.exists("sleeper") or not open("sleeper").read().endswith("\n"):
        time.sleep(0.01)
if how == "fails":
    sys.exit("cannot log in\x1b[31m: no such user")
if how in ("hangs", "waits"):
    print("waiting", flush=True)
    time.sleep(300)
if how == "short" and steady:
    requests -= requests // 10

connection = http.client.HTTPConnection(host)
with open(os.environ["PLIMSOLL_OUTPUT"], "w") as output:
    first = int(os.environ["PLIMSOLL_FIRST"])
    for number in range(first, first + requests):
        path = "/crash" if how == "kills" and steady else f"/quote/A?client={number}"
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        print(json.dumps({"request": "quote", "status": answer.status}), file=output)
    if how == "drops" and steady:
        print(json.dumps({"dropped": 3}), file=output)
    if how == "nonsense":
        print("all fine", file=output)
