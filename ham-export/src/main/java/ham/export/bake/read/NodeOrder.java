package ham.export.bake.read;

import ham.merge.InputException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** In which order nodes can run; exporters do not always write them in one, and a file may hold a circle. */
final class NodeOrder {

    private NodeOrder() {}

    /**
     * Refuses nodes that wait for each other.
     *
     * @throws InputException naming one of them
     */
    static void requireNoCircle(Path model, List<NodeEntry> nodes) {
        Map<String, Integer> makers = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).outputs()) {
                makers.put(output, i);
            }
        }
        makers.remove("");
        List<List<Integer>> readers = new ArrayList<>();
        nodes.forEach(node -> readers.add(new ArrayList<>()));
        int[] waitsFor = new int[nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            for (String input : nodes.get(i).inputs()) {
                Integer maker = makers.get(input);
                if (maker != null) {
                    readers.get(maker).add(i);
                    waitsFor[i]++;
                }
            }
        }
        Deque<Integer> ready = new ArrayDeque<>();
        for (int i = 0; i < waitsFor.length; i++) {
            if (waitsFor[i] == 0) {
                ready.add(i);
            }
        }
        int done = 0;
        while (!ready.isEmpty()) {
            int node = ready.remove();
            done++;
            for (int reader : readers.get(node)) {
                if (--waitsFor[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (done < nodes.size()) {
            int waiting = 0;
            while (waitsFor[waiting] == 0) {
                waiting++;
            }
            throw new InputException(
                    model,
                    "expected a graph without circles, found " + (nodes.size() - done)
                            + " nodes that wait for each other or behind such, "
                            + nodes.get(waiting).label()
                            + " among them");
        }
    }
}
