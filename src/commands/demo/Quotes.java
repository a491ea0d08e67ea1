// A quote service with a per-client cache in a thread-local map.
// CACHE=unbounded keeps every client for ever (the leak); CACHE=bounded keeps the last 64 for each thread.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

public class Quotes {
    static final boolean BOUNDED = "bounded".equals(System.getenv("CACHE"));
    static final int LIMIT = 1 << 20;

    /** What is remembered of a client: its last quotes. */
    static final class Session {
        final byte[] quotes = new byte[2048];
        String last;
    }

    /** The cache of one worker thread. */
    static final class RouteCache {
        static final ThreadLocal<Map<String, Session>> CACHE = ThreadLocal.withInitial(
            () -> new LinkedHashMap<String, Session>(16, 0.75f, true) {
                @Override protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
                    return BOUNDED && size() > 64;
                }
            });
    }

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 256);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/health", exchange -> answer(exchange, 200, "ok"));
        server.createContext("/quote/", Quotes::quote);
        server.createContext("/evidence", Quotes::evidence);
        server.createContext("/documents", Quotes::document);
        server.createContext("/uploads", Quotes::upload);
        server.createContext("/export", Quotes::export);
        server.start();
    }

    static void quote(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String client = query == null ? "anonymous" : query.substring(query.indexOf('=') + 1);
        String symbol = exchange.getRequestURI().getPath().substring("/quote/".length());
        Session session = RouteCache.CACHE.get().computeIfAbsent(client, key -> new Session());
        session.last = symbol;
        answer(exchange, 200, "{\"symbol\":\"" + symbol + "\",\"price\":" + Math.abs(symbol.hashCode() % 1000) + "}");
    }

    /** Reads the size from the PNG header and refuses what would decode to more than 16 million pixels. */
    static void evidence(HttpExchange exchange) throws IOException {
        byte[] head = exchange.getRequestBody().readNBytes(24);
        drain(exchange.getRequestBody());
        if (head.length < 24) { answer(exchange, 400, "no image"); return; }
        ByteBuffer size = ByteBuffer.wrap(head, 16, 8);
        long pixels = (long) size.getInt() * size.getInt();
        answer(exchange, pixels > 16_000_000 ? 413 : 201, "");
    }

    /** Inflates and reads at most 1 MiB of JSON, at most 64 levels deep. */
    static void document(HttpExchange exchange) throws IOException {
        InputStream body = exchange.getRequestBody();
        boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        InputStream plain = gzip ? new GZIPInputStream(body) : body;
        byte[] text = plain.readNBytes(LIMIT + 1);
        drain(body);
        int depth = 0, deepest = 0;
        for (byte c : text) {
            if (c == '[' || c == '{') deepest = Math.max(deepest, ++depth);
            if (c == ']' || c == '}') depth--;
        }
        answer(exchange, text.length > LIMIT ? 413 : deepest > 64 ? 400 : 201, "");
    }

    static void upload(HttpExchange exchange) throws IOException {
        drain(exchange.getRequestBody());
        answer(exchange, 201, "");
    }

    static void export(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        byte[] block = new byte[16 << 10];
        try (var out = exchange.getResponseBody()) {
            for (int i = 0; i < 256; i++) out.write(block);
        } catch (IOException clientWentAway) {
            // Nothing is kept for a client that hung up.
        }
        exchange.close();
    }

    static void drain(InputStream body) throws IOException {
        byte[] block = new byte[64 << 10];
        while (body.read(block) >= 0) { }
    }

    static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
