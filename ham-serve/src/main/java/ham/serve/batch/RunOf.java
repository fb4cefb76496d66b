package ham.serve.batch;

import ham.runtime.ModelException;
import ham.runtime.tensor.Tensor;
import ham.runtime.tensor.TensorSpec;
import ham.serve.engine.Engine;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Runs requests together: their rows one behind the other in, each its own rows out. What fails together is tried one by one. */
final class RunOf {
    private final String model;
    private final Engine engine;
    private final BatchListener listener;
    /** Direct buffers of runs that are not under way, by input. */
    private final ConcurrentLinkedDeque<Map<String, ByteBuffer>> idle = new ConcurrentLinkedDeque<>();

    RunOf(String model, Engine engine, BatchListener listener) {
        this.model = model;
        this.engine = engine;
        this.listener = listener;
    }

    static long bytes(Ticket ticket) {
        long bytes = 0;
        for (Tensor each : ticket.request().inputs().values()) {
            bytes += each.data().remaining();
        }
        return bytes;
    }

    /** Runs those that still wait. All of them end. */
    void run(List<Ticket> tickets) {
        List<Ticket> live =
                tickets.stream().filter(ticket -> !ticket.hasEnded()).toList();
        if (live.isEmpty()) {
            return;
        }
        try {
            together(live);
        } catch (RuntimeException | Error e) {
            if (live.size() == 1) {
                live.get(0).fail(sentence(e));
            } else {
                live.forEach(ticket -> run(List.of(ticket)));
            }
        }
    }

    /** Paths of this machine are nobody's business: a model is called by the name it is served by. */
    private Throwable sentence(Throwable failure) {
        if (failure instanceof ModelException) {
            return new ServeException(
                    Status.FAILED, model + ": expected a run, but the model failed on these inputs.", failure);
        }
        return failure;
    }

    private void together(List<Ticket> tickets) {
        int rows = tickets.stream().mapToInt(Ticket::rows).sum();
        Map<String, ByteBuffer> staging = Optional.ofNullable(idle.pollFirst()).orElseGet(HashMap::new);
        long begun = System.nanoTime();
        Map<String, Tensor> outputs;
        try {
            Map<String, Tensor> inputs = new HashMap<>();
            for (TensorSpec input : engine.inputs()) {
                inputs.put(input.name(), joined(input.name(), tickets, rows, staging));
            }
            outputs = engine.run(tickets.get(0).request().adapter(), inputs);
        } finally {
            idle.addFirst(staging);
        }
        long nanos = System.nanoTime() - begun;
        if (tickets.size() == 1) {
            listener.ran(1, rows, nanos);
            tickets.get(0).answer(new Outcome(outputs, begun - tickets.get(0).arrived(), nanos, rows), true);
            return;
        }
        List<Map<String, Tensor>> parts = split(outputs, tickets, rows);
        listener.ran(tickets.size(), rows, nanos);
        for (int i = 0; i < tickets.size(); i++) {
            Ticket ticket = tickets.get(i);
            ticket.answer(new Outcome(parts.get(i), begun - ticket.arrived(), nanos, rows), false);
        }
    }

    /** A direct buffer, which ONNX Runtime reads where it is. */
    private static Tensor joined(String name, List<Ticket> tickets, int rows, Map<String, ByteBuffer> staging) {
        Tensor first = tickets.get(0).request().inputs().get(name);
        if (tickets.size() == 1 && first.data().isDirect()) {
            return first;
        }
        int bytes = 0;
        for (Ticket ticket : tickets) {
            bytes += ticket.request().inputs().get(name).data().remaining();
        }
        ByteBuffer buffer = staging.get(name);
        if (buffer == null || buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            staging.put(name, buffer);
        }
        buffer.clear();
        for (Ticket ticket : tickets) {
            buffer.put(ticket.request().inputs().get(name).data());
        }
        List<Long> shape = first.shape();
        if (tickets.size() > 1) {
            shape = new ArrayList<>(shape);
            shape.set(0, (long) rows);
        }
        return new Tensor(first.type(), shape, buffer.flip());
    }

    private List<Map<String, Tensor>> split(Map<String, Tensor> outputs, List<Ticket> tickets, int rows) {
        List<Map<String, Tensor>> parts = new ArrayList<>();
        tickets.forEach(ticket -> parts.add(new LinkedHashMap<>()));
        outputs.forEach((name, output) -> {
            if (output.shape().isEmpty() || output.shape().get(0) != rows) {
                throw new ModelException(model + ": expected " + name + " to have " + rows
                        + " rows, as many as the inputs, found the shape " + output.shape() + ".");
            }
            ByteBuffer data = output.data();
            int row = data.remaining() / rows;
            int from = 0;
            for (int i = 0; i < tickets.size(); i++) {
                List<Long> shape = new ArrayList<>(output.shape());
                shape.set(0, (long) tickets.get(i).rows());
                int length = row * tickets.get(i).rows();
                parts.get(i).put(name, new Tensor(output.type(), shape, data.slice(from, length)));
                from += length;
            }
        });
        return parts;
    }
}
