package ham.serve.observe;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import ham.serve.batch.BatchListener;
import ham.serve.protocol.Status;
import ham.serve.repository.RepositoryListener;
import java.io.PrintStream;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of everything that happens in a server, logs and counts it. */
public final class Observer implements RepositoryListener {
    private static final Logger REQUESTS = LoggerFactory.getLogger("ham.serve.requests");
    private static final Logger MODELS = LoggerFactory.getLogger("ham.serve.models");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_DEFAULT, JsonInclude.Include.NON_DEFAULT))
            .build();

    private final LogForm form;
    private final PrintStream out;
    private final Metrics metrics;

    /**
     * @param form how it is told
     * @param out where lines of JSON go
     * @param metrics where it is counted
     */
    public Observer(LogForm form, PrintStream out, Metrics metrics) {
        this.form = form;
        this.out = out;
        this.metrics = metrics;
    }

    /** Something happened to a model. */
    record ModelEvent(String time, String event, String model, long version, String reason) {}

    /** A request ended. What is told of it a second time is not heard. */
    public void ended(Exchange exchange, Status status, String reason) {
        if (!exchange.end()) {
            return;
        }
        Exchange.Told told = exchange.told(status, reason);
        metrics.ended(told);
        if (form == LogForm.JSON) {
            print(told);
        } else {
            REQUESTS.info("{}", told);
        }
    }

    @Override
    public BatchListener runs(String model) {
        return metrics.runs(model);
    }

    @Override
    public void loaded(String model, long version) {
        tell("loaded", model, version, "");
    }

    @Override
    public void swapped(String model, long version) {
        metrics.swapped(model);
        tell("swapped", model, version, "");
    }

    @Override
    public void refused(String model, Throwable reason) {
        metrics.refused(model);
        tell("refused", model, 0, String.valueOf(reason.getMessage()));
    }

    @Override
    public void unloaded(String model, long version) {
        tell("unloaded", model, version, "");
    }

    private void tell(String event, String model, long version, String reason) {
        ModelEvent told = new ModelEvent(Instant.now().toString(), event, model, version, reason);
        if (form == LogForm.JSON) {
            print(told);
        } else {
            MODELS.info("{}", told);
        }
    }

    private void print(Object told) {
        try {
            out.println(MAPPER.writeValueAsString(told));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers and texts is always JSON", e);
        }
    }
}
