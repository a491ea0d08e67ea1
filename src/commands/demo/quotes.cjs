// A quote service with a per-client cache in a module-level map.
// CACHE=unbounded keeps every client for ever (the leak); CACHE=bounded keeps the last 256.
'use strict';
const http = require('node:http');
const zlib = require('node:zlib');

const BOUNDED = process.env.CACHE === 'bounded';
const LIMIT = 1 << 20;

/** What is remembered of a client: its last quotes. */
class Session {
  constructor() {
    this.quotes = new Array(250).fill(0.5);
    this.last = '';
  }
}

const routeCache = new Map();

function session(client) {
  let found = routeCache.get(client);
  if (!found) {
    found = new Session();
    routeCache.set(client, found);
    if (BOUNDED && routeCache.size > 256) routeCache.delete(routeCache.keys().next().value);
  }
  return found;
}

function quote(request, response, url) {
  const symbol = url.pathname.slice('/quote/'.length);
  session(url.searchParams.get('client') ?? 'anonymous').last = symbol;
  answer(response, 200, JSON.stringify({ symbol, price: symbol.length * 100 }));
}

/** Reads the size from the PNG header and refuses what would decode to more than 16 million pixels. */
function evidence(request, response) {
  read(request, request, 24, (head) => {
    if (head.length < 24) return answer(response, 400, 'no image');
    const pixels = head.readUInt32BE(16) * head.readUInt32BE(20);
    answer(response, pixels > 16_000_000 ? 413 : 201, '');
  });
}

/** Inflates and reads at most 1 MiB of JSON, at most 64 levels deep. */
function documents(request, response) {
  const gzip = request.headers['content-encoding'] === 'gzip';
  const plain = gzip ? request.pipe(zlib.createGunzip()) : request;
  read(request, plain, LIMIT + 1, (text) => {
    let depth = 0;
    let deepest = 0;
    for (const c of text) {
      if (c === 0x5b || c === 0x7b) deepest = Math.max(deepest, ++depth);
      if (c === 0x5d || c === 0x7d) depth--;
    }
    answer(response, text.length > LIMIT ? 413 : deepest > 64 ? 400 : 201, '');
  });
}

/** Calls back with at most `limit` bytes of the plain body; the rest is read and dropped. */
function read(request, plain, limit, done) {
  const blocks = [];
  let size = 0;
  let called = false;
  const finish = () => {
    if (called) return;
    called = true;
    if (plain !== request) {
      request.unpipe(plain);
      plain.destroy();
      request.resume();
    }
    done(Buffer.concat(blocks).subarray(0, limit));
  };
  plain.on('data', (block) => {
    if (size < limit) blocks.push(block);
    size += block.length;
    if (size >= limit && plain !== request) finish();
  });
  plain.on('end', finish);
  plain.on('error', finish);
}

function uploads(request, response) {
  request.on('data', () => {});
  request.on('end', () => answer(response, 201, ''));
}

function exports_(request, response) {
  const block = Buffer.alloc(16 << 10);
  let left = 256;
  const more = () => {
    while (left-- > 0 && !response.destroyed) if (!response.write(block)) return response.once('drain', more);
    response.end();
  };
  more();
}

function answer(response, status, text) {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

http
  .createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname.startsWith('/quote/')) quote(request, response, url);
    else if (url.pathname === '/evidence') evidence(request, response);
    else if (url.pathname === '/documents') documents(request, response);
    else if (url.pathname === '/uploads') uploads(request, response);
    else if (url.pathname === '/export') exports_(request, response);
    else answer(response, url.pathname === '/health' ? 200 : 404, 'ok');
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
