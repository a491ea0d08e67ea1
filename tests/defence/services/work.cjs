// Work in Node: exports, GraphQL with the reference implementation, regular expressions.
const http = require("http");
const { Readable } = require("stream");
const { pipeline } = require("stream/promises");
const { buildSchema, execute, graphql, parse, validate } = require("graphql");

/** A request that is not taken. */
class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

const ROWS = 500_000;
const row = (number) => `${number},customer ${number % 977},${number / 7},shipped,2026-01-01`;

function exported(_, response) {
  const lines = [];
  for (let number = 0; number < ROWS; number++) lines.push(row(number));
  response.end(Buffer.from(lines.join("\n")));
}

function* lines() {
  for (let number = 0; number < ROWS; number += 100) {
    let some = "";
    for (let next = number; next < number + 100; next++) some += row(next) + "\n";
    yield some;
  }
}

async function written(_, response) {
  await pipeline(Readable.from(lines(), { objectMode: false, highWaterMark: 1 << 16 }), response);
}

const schema = buildSchema(`
  type Query { products(first: Int): [Product], me: Person }
  type Product { name: String }
  type Person { id: ID, friends: [Person] }
`);
const person = (id) => ({ id, friends: () => [1, 2, 3].map((step) => person(id + step)) });
const root = {
  products: ({ first }) => Array.from({ length: first }, (_, number) => ({ name: `product ${number}` })),
  me: () => person(1),
};

const run = (query) => graphql({ schema, source: query.query, rootValue: root });
const sent = (response, answer) => response.end(JSON.stringify(answer));

async function resolved(body, response) {
  sent(response, await run(JSON.parse(body)));
}

async function batched(body, response) {
  sent(response, await Promise.all(JSON.parse(body).map(run)));
}

const DEEPEST = 6;

/** Fields below a node of a query; deeper than allowed ends it. */
function depth(node, now = 0) {
  if (now > DEEPEST) throw new Refused(400);
  for (const inner of node.selectionSet?.selections ?? []) depth(inner, now + 1);
}

async function limited(body, response) {
  let document;
  try {
    document = parse(JSON.parse(body).query, { maxTokens: 1000 });
  } catch {
    throw new Refused(400);
  }
  for (const definition of document.definitions) depth(definition);
  if (validate(schema, document).length > 0) throw new Refused(400);
  sent(response, await execute({ schema, document, rootValue: root }));
}

async function fewBatched(body, response) {
  const queries = JSON.parse(body);
  if (queries.length > 10) throw new Refused(400);
  sent(response, await Promise.all(queries.map(run)));
}

const trimmed = (body, response) => response.end(JSON.parse(body).text.replace(/\s+$/, ""));
const cut = (body, response) => response.end(JSON.parse(body).text.trimEnd());

const twins = {
  naive: {
    "giant-export": exported,
    "graphql-aliases": resolved,
    "graphql-depth": resolved,
    "graphql-batch": batched,
    "regex-backtracking": trimmed,
  },
  hardened: {
    "giant-export": written,
    "graphql-aliases": limited,
    "graphql-depth": limited,
    "graphql-batch": fewBatched,
    "regex-backtracking": cut,
  },
};

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const [, twin, family] = request.url.split("?")[0].split("/");
    try {
      await twins[twin][family](Buffer.concat(chunks).toString(), response);
    } catch (error) {
      response.writeHead(error instanceof Refused ? error.status : 500).end();
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
