// node leak.cjs LEAK FOLDER: a module that keeps clients and listeners, or bounds them; two snapshots.
const v8 = require('v8');
const EventEmitter = require('events');

const leak = process.argv[2] === '1';
const clients = new Map();
const recent = new Map();
const bus = new EventEmitter();
bus.setMaxListeners(0);

class Session {
  constructor(n) {
    this.name = 'secret-of-client-' + n;
    this.items = [{ n }, { n }];
  }
}

function handle(n) {
  const held = leak ? clients : recent;
  held.set('client-' + n, new Session(n));
  if (!leak && held.size > 50) held.delete(held.keys().next().value);
  const listener = () => n;
  bus.on('tick', listener);
  if (!leak) bus.off('tick', listener);
}

function load(from, to) {
  for (let n = from; n < to; n++) handle(n);
}

async function main() {
  for (const [index, upTo] of [500, 1000, 3000].entries()) {
    load([0, 500, 1000][index], upTo);
    await new Promise((resolve) => setImmediate(resolve));
    // The first snapshot of a process compiles code of its own.
    v8.writeHeapSnapshot(`${process.argv[3]}/${index}.heapsnapshot`);
  }
}

main().then(() => [clients.size, recent.size, bus.listenerCount('tick')]);
setTimeout(() => handle(-1), 1);
