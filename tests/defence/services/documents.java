// JSON read by hand, one object of numbers, into the tables and the numbers of the JDK; XML as the JDK reads it.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.xml.sax.SAXException;

class Documents {
    /** A request that is not taken. */
    static class Refused extends RuntimeException {}

    /** Reads `{"key":123,…}`. */
    static class Reader {
        final String text;
        final Map<String, Number> into;
        final int mostKeys, mostDigits;
        int at = 0;

        Reader(String text, Map<String, Number> into, int mostKeys, int mostDigits) {
            this.text = text;
            this.into = into;
            this.mostKeys = mostKeys;
            this.mostDigits = mostDigits;
        }

        void read() {
            expect('{');
            while (text.charAt(at) != '}') {
                expect('"');
                int end = text.indexOf('"', at);
                String key = text.substring(at, end);
                at = end + 1;
                expect(':');
                into.put(key, number());
                if (into.size() > mostKeys) throw new Refused();
                if (text.charAt(at) == ',') at++;
            }
        }

        Number number() {
            int start = at;
            while (Character.isDigit(text.charAt(at))) at++;
            if (at - start > mostDigits) throw new Refused();
            return new BigInteger(text.substring(start, at));
        }

        void expect(char wanted) {
            if (text.charAt(at++) != wanted) throw new Refused();
        }
    }

    static void json(byte[] body, boolean naive) {
        // A Hashtable chains whatever collides; a HashMap makes a tree of it.
        Map<String, Number> into = naive ? new Hashtable<>() : new HashMap<>();
        int most = naive ? Integer.MAX_VALUE : 1000;
        new Reader(new String(body, StandardCharsets.UTF_8), into, most, most).read();
    }

    static void xml(byte[] body, boolean naive) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            if (naive) {
                // What is advised where documents of old systems meet the limits of the JDK.
                factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, false);
            } else {
                factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            }
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            builder.parse(new ByteArrayInputStream(body)).getDocumentElement().getTextContent();
        } catch (ParserConfigurationException | SAXException refused) {
            throw new Refused();
        }
    }

    static void handle(HttpExchange exchange) throws IOException {
        int status = 200;
        try {
            String path = exchange.getRequestURI().getPath();
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean naive = path.startsWith("/naive/");
            if (path.contains("/xml-")) xml(body, naive);
            else json(body, naive);
        } catch (Refused refused) {
            status = 400;
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", Documents::handle);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println(server.getAddress().getPort());
    }
}
