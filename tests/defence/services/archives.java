import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** ZIP: unpacked as its directory says, and only as much as is wanted. */
class Archives {
    static final long LARGEST = 4 << 20;

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Archives::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    static void answer(HttpExchange exchange) throws IOException {
        boolean hardened = exchange.getRequestURI().getPath().startsWith("/hardened/");
        Path upload = Files.createTempFile("upload", ".zip");
        try {
            Files.write(upload, exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(unpack(upload, hardened ? LARGEST : Long.MAX_VALUE), -1);
        } finally {
            Files.delete(upload);
            exchange.close();
        }
    }

    static int unpack(Path upload, long left) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (ZipFile archive = new ZipFile(upload.toFile())) {
            for (ZipEntry entry : (Iterable<ZipEntry>) archive.stream().map(e -> (ZipEntry) e)::iterator) {
                left -= entry.getSize();
                if (left < 0) {
                    return 413;
                }
                try (InputStream file = archive.getInputStream(entry)) {
                    files.put(entry.getName(), file.readAllBytes());
                }
            }
        }
        return 200;
    }
}
