package ham.serve.rest;

import ham.runtime.image.ImageDecoder;
import ham.runtime.image.RgbImage;
import ham.serve.batch.Completion;
import ham.serve.batch.Outcome;
import ham.serve.batch.Ticket;
import ham.serve.observe.Exchange;
import ham.serve.protocol.Deadline;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.Accepted;
import ham.serve.repository.Classified;
import ham.serve.repository.LoadedModel;
import ham.serve.repository.ServedModel;
import ham.serve.service.Service;
import ham.serve.service.WantedOutput;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** What a client can do with a model. */
final class ModelRoutes {
    /** Says how many bytes of the body are JSON. */
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";
    /** Milliseconds that the client waits. */
    static final String TIMEOUT = "X-Request-Timeout-Ms";

    private static final String BINARY = "application/octet-stream";
    private static final String TEXT = "text/plain";
    /** Answers up to here are written by the thread that ran the model. */
    private static final int SHORT = 16 << 10;

    private final Service service;
    private final Workers workers;
    private final ImageLimit pixels;

    ModelRoutes(Service service, Workers workers) {
        this.service = service;
        this.workers = workers;
        this.pixels = new ImageLimit(service.limits().pixels(), service.budget());
    }

    void metadata(String name, String version, Reply reply) {
        ServedModel served = service.repository().model(name);
        reply.json(Answers.ModelMetadata.of(served, served.version(version)));
    }

    void ready(String name, String version, Reply reply) {
        reply.json(new Answers.ModelReady(
                service.repository().model(name).version(version).name(), true));
    }

    void infer(Request request, String name, String version, Reply reply) {
        ServedModel served = service.repository().model(name);
        reply.exchange().model(name, 0);
        Deadline deadline = deadline(request);
        Optional<Integer> header = number(request, HEADER_LENGTH).map(Math::toIntExact);
        Optional<String> adapter = adapter(request);
        BodyReader.read(request, service, reply, (bytes, length) -> {
            if (header.isPresent() && header.get() > length) {
                throw ServeException.invalid("Expected " + HEADER_LENGTH + " to be at most the " + length
                        + " bytes of the body, found " + header.get() + ".");
            }
            InferBody body = InferBody.read(bytes, length, header);
            submit(request, served, version, body, adapter, deadline, reply);
        });
    }

    private void submit(
            Request request,
            ServedModel served,
            String version,
            InferBody body,
            Optional<String> adapter,
            Deadline deadline,
            Reply reply) {
        Accepted accepted = served.submit(
                version,
                model -> {
                    Optional<String> chosen = model.adapter(body.adapter().or(() -> adapter));
                    reply.exchange().model(model.name(), model.version());
                    reply.exchange().adapter(chosen);
                    return body.request(model, chosen, deadline);
                },
                model -> {
                    Map<String, WantedOutput> wanted = body.wanted(model);
                    Optional<String> chosen = model.adapter(body.adapter().or(() -> adapter));
                    return new Sending(model, body.id(), chosen, wanted, reply);
                },
                Long.MAX_VALUE);
        Ticket ticket = accepted.ticket();
        request.addFailureListener(failure -> ticket.cancel());
    }

    /** Writes the answer of a run. */
    private static final class Sending implements Completion {
        private final LoadedModel model;
        private final String id;
        private final Optional<String> adapter;
        private final Map<String, WantedOutput> wanted;
        private final Reply reply;

        Sending(LoadedModel model, String id, Optional<String> adapter, Map<String, WantedOutput> wanted, Reply reply) {
            this.model = model;
            this.id = id;
            this.adapter = adapter;
            this.wanted = wanted;
            this.reply = reply;
        }

        @Override
        public void answered(Outcome outcome, boolean alone) {
            reply.exchange().outcome(outcome);
            int bytes = outcome.outputs().values().stream()
                    .mapToInt(each -> each.data().remaining())
                    .sum();
            if (alone && bytes <= SHORT) {
                send(outcome);
            } else {
                reply.later(() -> send(outcome));
            }
        }

        private void send(Outcome outcome) {
            InferAnswer answer = InferAnswer.of(model, id, adapter, outcome, wanted);
            boolean binary = !answer.binary().isEmpty();
            reply.send(
                    binary ? BINARY : Reply.JSON,
                    answer.bytes(),
                    binary ? Map.of(HEADER_LENGTH, Integer.toString(answer.json().length)) : Map.of());
        }

        @Override
        public void failed(Throwable failure) {
            reply.fail(failure);
        }
    }

    void classify(Request request, String name, String version, Reply reply) {
        ServedModel served = service.repository().model(name);
        reply.exchange().model(name, 0);
        Deadline deadline = deadline(request);
        Fields query = Request.extractQueryParameters(request);
        Optional<String> adapter =
                Optional.ofNullable(query.getValue("adapter")).or(() -> adapter(request));
        int top = top(query.getValue("top"));
        String type = String.valueOf(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
        if (type.startsWith("multipart/")) {
            throw ServeException.invalid(
                    "Expected the bytes of an image as the body (curl --data-binary @IMAGE), found a form.");
        }
        boolean isText = type.toLowerCase(Locale.ROOT).startsWith(TEXT);
        BodyReader.read(request, service, reply, (bytes, length) -> {
            byte[] body = bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
            workers.submit(reply, () -> {
                if (isText) {
                    answer(reply, deadline, () -> served.classify(version, adapter, text(body), top, deadline));
                } else {
                    classify(served, version, adapter, body, top, deadline, reply);
                }
            });
        });
    }

    private static String text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.isBlank()) {
                throw ServeException.invalid("Expected a text as the body, found none.");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new ServeException(Status.INVALID, "Expected a text in UTF-8 as the body, found other bytes.", e);
        }
    }

    private static void answer(Reply reply, Deadline deadline, Supplier<Classified> classification) {
        if (deadline.passed()) {
            throw Deadline.exceeded();
        }
        Classified classified = classification.get();
        Exchange exchange = reply.exchange();
        exchange.model(classified.model().name(), classified.model().version());
        exchange.adapter(classified.adapter());
        classified.outcome().ifPresent(exchange::outcome);
        reply.json(new Answers.Classes(
                classified.model().name(),
                Long.toString(classified.model().version()),
                classified.adapter().orElse(null),
                exchange.id(),
                classified.predictions()));
    }

    private void classify(
            ServedModel served,
            String version,
            Optional<String> adapter,
            byte[] bytes,
            int top,
            Deadline deadline,
            Reply reply) {
        ImageLimit.Taken taken = pixels.take(bytes);
        try {
            answer(reply, deadline, () -> {
                RgbImage image = ImageDecoder.decode(bytes, "The body");
                return served.classify(version, adapter, image, top, deadline);
            });
        } finally {
            taken.giveBack();
        }
    }

    private static int top(String text) {
        if (text == null) {
            return 5;
        }
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw ServeException.invalid("Expected top to be a number of at least 1, found '" + text + "'.");
        }
        return Integer.parseInt(text);
    }

    private static Optional<String> adapter(Request request) {
        return Optional.ofNullable(request.getHeaders().get("X-Adapter"));
    }

    private static Deadline deadline(Request request) {
        return number(request, TIMEOUT)
                .map(ms -> Deadline.in(Duration.ofMillis(ms)))
                .orElse(Deadline.NONE);
    }

    private static Optional<Long> number(Request request, String header) {
        String text = request.getHeaders().get(header);
        if (text != null && !text.matches("\\d{1,9}")) {
            throw new ServeException(
                    Status.INVALID, "Expected the header " + header + " to be a whole number, found '" + text + "'.");
        }
        return Optional.ofNullable(text).map(Long::parseLong);
    }
}
