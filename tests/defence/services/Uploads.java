import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** Bodies: a buffer of the size that is announced, or one that grows with what comes. */
class Uploads {
    private static final int LARGEST = 8 << 20;

    public static void main(String[] args) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/naive/", Uploads::naive);
        server.createContext("/hardened/", Uploads::hardened);
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private static void naive(HttpExchange exchange) throws IOException {
        byte[] body = new byte[Integer.parseInt(exchange.getRequestHeaders().getFirst("content-length"))];
        int length = 0;
        for (int count; length < body.length; length += count) {
            count = exchange.getRequestBody().read(body, length, body.length - length);
            if (count < 0) break;
        }
        answer(exchange, 200);
    }

    private static void hardened(HttpExchange exchange) throws IOException {
        if (Long.parseLong(exchange.getRequestHeaders().getFirst("content-length")) > LARGEST) {
            answer(exchange, 413);
            return;
        }
        exchange.getRequestBody().readNBytes(LARGEST);
        answer(exchange, 200);
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.getResponseHeaders().set("connection", "close");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }
}
