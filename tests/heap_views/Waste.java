import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** java Waste.java WASTEFUL FOLDER: known numbers of useless things, or as many useful ones; one dump. */
public class Waste {
    static final List<String> TEXTS = new ArrayList<>();
    static final List<Map<String, Object>> MAPS = new ArrayList<>();
    static final List<List<Object>> LISTS = new ArrayList<>();
    static final List<Object> NUMBERS = new ArrayList<>();
    static final List<long[]> BLOCKS = new ArrayList<>();
    static final Object FILLER = new Object();

    public static void main(String[] args) throws Exception {
        boolean wasteful = args[0].equals("1");
        for (int n = 0; n < 3000; n++) {
            TEXTS.add("secret-text-" + (wasteful ? 7 : 100000 + n));
        }
        for (int n = 0; n < 400; n++) {
            Map<String, Object> map = new HashMap<>(256);
            // 200 of them are empty and have their table, 200 hold a single entry.
            for (int key = 0; key < (wasteful ? n % 2 : 150); key++) {
                map.put("k" + n + "-" + key, FILLER);
            }
            if (wasteful && n % 2 == 0) {
                map.put("once", FILLER);
                map.remove("once");
            }
            MAPS.add(map);
            List<Object> list = new ArrayList<>(400);
            for (int key = 0; key < (wasteful ? 3 : 300); key++) {
                list.add(FILLER);
            }
            LISTS.add(list);
        }
        for (int n = 0; n < 5000; n++) {
            NUMBERS.add(wasteful ? (Object) Integer.valueOf(100_000 + n) : FILLER);
            BLOCKS.add(n < 50 ? new long[] {wasteful ? 0 : n, 0, 0, wasteful ? 0 : 1, 0, 0, 0, 0, 0, 0} : null);
        }
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[1] + "/0.hprof", true);
    }
}
