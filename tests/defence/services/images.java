import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Pictures: read as they come, and read if their header allows. */
class Images {
    static final long PIXELS = 25_000_000;

    public static void main(String[] arguments) throws IOException {
        ImageIO.setUseCache(false);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", Images::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean hardened = exchange.getRequestURI().getPath().startsWith("/hardened/");
        exchange.sendResponseHeaders(hardened ? hardened(body) : naive(body), -1);
        exchange.close();
    }

    static int naive(byte[] body) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(body));
        return picture == null ? 415 : 200;
    }

    static int hardened(byte[] body) throws IOException {
        try (ImageInputStream input = ImageIO.createImageInputStream(new ByteArrayInputStream(body))) {
            ImageReader reader = ImageIO.getImageReaders(input).next();
            reader.setInput(input);
            boolean large = (long) reader.getWidth(0) * reader.getHeight(0) > PIXELS;
            return large ? 413 : naive(body);
        }
    }
}
