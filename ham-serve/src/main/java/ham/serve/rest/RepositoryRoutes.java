package ham.serve.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.common.BrokenJson;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.ServedModel;
import ham.serve.service.Service;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Request;

/** Triton's extension to list, load and unload the models that are there. */
final class RepositoryRoutes {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Service service;
    private final Workers workers;

    RepositoryRoutes(Service service, Workers workers) {
        this.service = service;
        this.workers = workers;
    }

    /** The path behind {@code /v2/repository}. */
    void handle(Request request, List<String> path, Reply reply) {
        if (path.equals(List.of("index"))) {
            body(
                    request,
                    reply,
                    json -> reply.json(Answers.index(
                            service.repository().models(), json.path("ready").asBoolean(false))));
            return;
        }
        String what = path.size() == 3 && path.get(0).equals("models") ? path.get(2) : "";
        if (!what.equals("load") && !what.equals("unload")) {
            throw new ServeException(
                    Status.NOT_FOUND, "Expected index, models/MODEL/load or models/MODEL/unload, found another path.");
        }
        ServedModel model = service.repository().model(path.get(1));
        reply.exchange().model(model.name(), 0);
        body(request, reply, json -> {
            if (!json.path("parameters").isEmpty() && what.equals("load")) {
                throw ServeException.invalid(
                        "Expected a load without parameters, found some: what is served lies on the server's disk.");
            }
            workers.submit(reply, () -> {
                if (what.equals("load")) {
                    model.load();
                } else {
                    model.unload();
                }
                reply.send(Reply.JSON, ByteBuffer.wrap(new byte[] {'{', '}'}), Map.of());
            });
        });
    }

    private interface Then {
        void accept(JsonNode json);
    }

    private void body(Request request, Reply reply, Then then) {
        BodyReader.read(request, service, reply, (bytes, length) -> {
            try {
                then.accept(length == 0 ? MAPPER.createObjectNode() : MAPPER.readTree(bytes, 0, length));
            } catch (JsonProcessingException e) {
                throw ServeException.invalid("Expected a JSON object or nothing as the body, found broken JSON ("
                        + BrokenJson.problem(e.getOriginalMessage()) + ").");
            }
        });
    }
}
