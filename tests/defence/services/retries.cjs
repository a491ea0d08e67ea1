// The same again: a queue without a bound, an answer made for each that asks, work that nobody waits for.
const http = require("http");

const MIB = 1 << 20;
const QUEUED = 4;

const queues = { naive: [], hardened: [] };

/** One job at a time, 100 ms each. */
function work(queue) {
  setTimeout(() => {
    const { response } = queue[0];
    response.end("done");
    queue.shift();
    if (queue.length) work(queue);
  }, 100);
}

function enqueue(request, response, twin) {
  const queue = queues[twin];
  if (twin === "hardened" && queue.length >= QUEUED) {
    request.resume();
    return response.writeHead(503, { "retry-after": "1" }).end();
  }
  const job = { response, body: [], found: Buffer.alloc(4 * MIB, "j") };
  request.on("data", (chunk) => job.body.push(chunk));
  if (queue.push(job) === 1) work(queue);
}

/** A report: rows of a backend, which take a while. */
function report() {
  const rows = Buffer.alloc(16 * MIB, "r");
  return new Promise((done) => setTimeout(() => done(rows.subarray(0, 10)), 300));
}

const cache = new Map();
const making = new Map();

async function cached(request, response, twin) {
  let answer = cache.get(twin);
  if (!answer && twin === "naive") answer = await report();
  if (!answer) {
    if (!making.has(twin)) making.set(twin, report());
    answer = await making.get(twin);
  }
  cache.set(twin, answer);
  response.end(answer);
}

/** A computation in steps, each of which keeps what it found. */
function compute(request, response, twin) {
  const found = [];
  const step = () => {
    if (twin === "hardened" && response.destroyed) return;
    found.push(Buffer.alloc(MIB, "s"));
    if (found.length < 20) setTimeout(step, 50);
    else response.end("done");
  };
  step();
}

const families = { "retry-storm": enqueue, duplicate: cached, "cancel-retry": compute };

const server = http.createServer((request, response) => {
  const [, twin, family] = request.url.split("/");
  families[family](request, response, twin);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
