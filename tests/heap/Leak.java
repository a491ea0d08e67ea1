import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** java Leak.java LEAK FOLDER: static and thread-local maps that grow, or are bounded; two dumps. */
public class Leak {
    static final Map<String, Session> SESSIONS = new ConcurrentHashMap<>();
    static final ThreadLocal<Map<Integer, byte[]>> CACHE = ThreadLocal.withInitial(HashMap::new);
    static boolean leak;

    static class Session {
        final byte[] buffer = new byte[400];
        final List<String> tags = new ArrayList<>(List.of("secret-of-client"));
    }

    static void handle(int number) {
        SESSIONS.put("client" + number, new Session());
        CACHE.get().put(number, new byte[200]);
        bound(SESSIONS);
        bound(CACHE.get());
    }

    static void bound(Map<?, ?> map) {
        while (!leak && map.size() > 50) {
            map.remove(map.keySet().iterator().next());
        }
    }

    public static void main(String[] args) throws Exception {
        leak = args[0].equals("1");
        ExecutorService pool = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "http-worker-" + System.nanoTime());
            thread.setDaemon(true);
            return thread;
        });
        var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        int number = 0;
        for (int round = 0; round < 2; round++) {
            List<Future<?>> sent = new ArrayList<>();
            for (int upTo = 1000 + 2000 * round; number < upTo; number++) {
                int request = number;
                sent.add(pool.submit(() -> handle(request)));
            }
            for (Future<?> one : sent) {
                one.get();
            }
            sent.clear();
            bean.dumpHeap(args[1] + "/" + round + ".hprof", true);
        }
    }
}
