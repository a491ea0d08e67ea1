// Plimsoll's agent in a Node.js process: a unix socket per isolate, `node.PID.sock` for the main thread and
// `node.PID.THREAD.sock` for worker threads, both unreferenced: the process ends when it would have ended.
//
// One line in, one line of JSON out:
//     collect              full collections with turns of the event loop between, then bytes in use
//     dump SECONDS PATH    a heap snapshot of this isolate; `pause` in seconds is how long it stood still
//     facts                versions and limits
// Nothing is printed; nothing that fails here reaches the service. Runs on Node.js 12 and later.
'use strict';
(() => {
  try {
    const net = require('net');
    const fs = require('fs');
    const path = require('path');
    let thread = 0;
    try {
      const workers = require('worker_threads');
      thread = workers.isMainThread ? 0 : workers.threadId;
    } catch (_) {}

    const name = thread ? `node.${process.pid}.${thread}.sock` : `node.${process.pid}.sock`;
    const file = path.join(__dirname, name);
    try { fs.unlinkSync(file); } catch (_) {}

    // Taken now: a service may replace them later (fake timers, patched modules).
    const turn = setImmediate;
    const clock = process.hrtime;
    let collector;
    let warm = false;

    function collectGarbage() {
      if (!collector) {
        collector = globalThis.gc;
        if (typeof collector !== 'function') {
          require('v8').setFlagsFromString('--expose-gc');
          collector = require('vm').runInNewContext('gc');
        }
      }
      collector();
    }

    // Two collections with a turn between: finalizers and closing handles need the turn, and what they let go of
    // needs the second collection. One alone repeats ten times worse.
    function settle(rounds, done) {
      collectGarbage();
      if (rounds > 1) turn(() => settle(rounds - 1, done));
      else done();
    }

    function figures() {
      const memory = process.memoryUsage();
      return { heap: memory.heapUsed, native: memory.external, direct: memory.arrayBuffers, unseen: {} };
    }

    function collect(done) {
      // The first reading compiles what readings need; it must not look like growth.
      if (!warm) return settle(2, () => { figures(); warm = true; collect(done); });
      settle(2, () => done(figures()));
    }

    function facts(done) {
      const v8 = require('v8');
      const report = { 'runtime-version': `node ${process.versions.node}`, gc: `v8 ${process.versions.v8}` };
      report['max-heap'] = String(v8.getHeapStatistics().heap_size_limit);
      done(report);
    }

    function dump(rest, done) {
      const target = rest.slice(rest.indexOf(' ') + 1);
      const began = clock();
      require('v8').writeHeapSnapshot(target);
      const took = clock(began);
      done({ pause: took[0] + took[1] / 1e9 });
    }

    function answer(request, done) {
      const [verb] = request.split(' ', 1);
      const rest = request.slice(verb.length + 1);
      if (verb === 'collect') collect(done);
      else if (verb === 'facts') facts(done);
      else if (verb === 'dump') dump(rest, done);
      else done({ error: 'unknown request' });
    }

    function serve(connection) {
      let request = '';
      connection.on('error', () => connection.destroy());
      connection.setEncoding('utf8');
      connection.on('data', (text) => {
        request += text;
        const end = request.indexOf('\n');
        if (end < 0 && request.length < 8192) return;
        connection.removeAllListeners('data');
        const done = (value) => connection.end(`${JSON.stringify(value)}\n`);
        try {
          answer(request.slice(0, end), (value) => { try { done(value); } catch (_) {} });
        } catch (error) {
          try { done({ error: String(error && error.message) }); } catch (_) {}
        }
      });
    }

    const server = net.createServer(serve);
    server.on('error', () => {});
    // `exclusive`: in a worker of `cluster`, the socket must not be opened by the primary.
    server.listen({ path: file, exclusive: true });
    server.unref();
  } catch (_) {}
})();
