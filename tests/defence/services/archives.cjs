// Brotli: decompressed as it comes, and under a limit.
const http = require("http");
const zlib = require("zlib");

const LARGEST = 4 << 20;

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const limits = request.url.startsWith("/hardened/") ? { maxOutputLength: LARGEST } : {};
    zlib.brotliDecompress(Buffer.concat(chunks), limits, (error) => {
      const large = error?.code === "ERR_BUFFER_TOO_LARGE";
      response.writeHead(error ? (large ? 413 : 400) : 200).end();
    });
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
