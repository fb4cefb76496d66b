package ham.serve.rest;

import ham.serve.observe.Exchange;
import ham.serve.protocol.ServeException;
import ham.serve.protocol.Status;
import ham.serve.repository.ServedModel;
import ham.serve.service.Service;
import ham.serve.service.Token;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.URIUtil;

/** Which path does what. What a path names is looked up among the models, never on disk. */
final class Routes extends Handler.Abstract {
    /** What a server on loopback is called; any other name was made to lead here. */
    private static final Pattern LOOPBACK = Pattern.compile("(?i)(localhost|[\\d.]+|\\[[\\da-f:.]+])(:\\d+)?");

    private final Service service;
    private final boolean loopback;
    private final ConnectionGuard guard;
    private final ModelRoutes models;
    private final RepositoryRoutes repository;
    private final Pages pages = new Pages();

    Routes(Service service, boolean loopback, ConnectionGuard guard, Workers workers) {
        this.service = service;
        this.loopback = loopback;
        this.guard = guard;
        this.models = new ModelRoutes(service, workers);
        this.repository = new RepositoryRoutes(service, workers);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        List<String> path = path(request);
        Connection connection = request.getConnectionMetaData().getConnection();
        guard.begun(connection);
        Exchange exchange = new Exchange(
                request.getHeaders().get(Reply.REQUEST_ID), "http", call(path), Request.getRemoteAddr(request));
        Reply reply = new Reply(
                service,
                exchange,
                request,
                response,
                callback,
                getServer().getThreadPool(),
                () -> guard.ended(connection));
        try {
            route(request, path, reply);
        } catch (RuntimeException | Error e) {
            reply.fail(e);
        }
        return true;
    }

    private static List<String> path(Request request) {
        List<String> parts = new ArrayList<>();
        for (String part : request.getHttpURI().getPath().split("/", -1)) {
            if (!part.isEmpty()) {
                parts.add(URIUtil.decodePath(part));
            }
        }
        return parts;
    }

    /** A word for the log and the numbers. */
    private static String call(List<String> path) {
        if (path.isEmpty() || Pages.has(path)) {
            return "page";
        }
        String last = path.get(path.size() - 1);
        return switch (path.get(0)) {
            case "metrics" -> "metrics";
            case "classify" -> "classify";
            case "v2" -> {
                if (path.size() > 1 && path.get(1).equals("health")) {
                    yield "health";
                }
                if (path.size() > 1 && path.get(1).equals("repository")) {
                    yield "repository";
                }
                yield last.equals("infer") || last.equals("classify") ? last : "metadata";
            }
            default -> "other";
        };
    }

    private void route(Request request, List<String> path, Reply reply) {
        requireOwnPage(request);
        if (path.isEmpty() || Pages.has(path)) {
            get(request);
            pages.send(path, reply);
            return;
        }
        boolean health =
                path.size() == 3 && path.get(0).equals("v2") && path.get(1).equals("health");
        if (!health) {
            service.require(request.getHeaders().get(Token.HEADER));
        }
        switch (path.get(0)) {
            case "metrics" -> {
                get(request);
                reply.send(
                        "text/plain; version=0.0.4; charset=utf-8",
                        ByteBuffer.wrap(service.metrics().text().getBytes(StandardCharsets.UTF_8)),
                        Map.of());
            }
            case "classify" -> {
                post(request);
                models.classify(request, path.size() == 2 ? path.get(1) : onlyModel(path), "", reply);
            }
            case "v2" -> protocol(request, path, reply);
            default -> throw noSuchPath();
        }
    }

    private String onlyModel(List<String> path) {
        List<String> names =
                service.repository().models().stream().map(ServedModel::name).toList();
        if (path.size() != 1 || names.size() != 1) {
            throw ServeException.invalid("Expected /classify/MODEL with one of the models " + names + ", found none.");
        }
        return names.get(0);
    }

    private void protocol(Request request, List<String> path, Reply reply) {
        String second = path.size() > 1 ? path.get(1) : "";
        if (path.size() == 1) {
            get(request);
            reply.json(new Answers.ServerMetadata(Service.NAME, service.version(), Service.EXTENSIONS));
        } else if (second.equals("health") && path.size() == 3) {
            get(request);
            health(path.get(2), reply);
        } else if (second.equals("repository")) {
            post(request);
            repository.handle(request, path.subList(2, path.size()), reply);
        } else if (second.equals("models") && path.size() >= 3) {
            boolean versioned = path.size() >= 5 && path.get(3).equals("versions");
            List<String> rest = path.subList(versioned ? 5 : 3, path.size());
            model(request, path.get(2), versioned ? path.get(4) : "", rest, reply);
        } else {
            throw noSuchPath();
        }
    }

    private void health(String what, Reply reply) {
        switch (what) {
            case "live" -> reply.json(new Answers.Live(true));
            case "ready" -> {
                if (!service.ready()) {
                    throw new ServeException(
                            Status.UNAVAILABLE,
                            service.state().stopping()
                                    ? "The server is stopping."
                                    : "Expected every model to be loaded, found one that is not.");
                }
                reply.json(new Answers.Ready(true));
            }
            default -> throw noSuchPath();
        }
    }

    private void model(Request request, String name, String version, List<String> rest, Reply reply) {
        String what = rest.isEmpty() ? "" : rest.get(0);
        if (rest.size() > 1) {
            throw noSuchPath();
        }
        switch (what) {
            case "" -> {
                get(request);
                models.metadata(name, version, reply);
            }
            case "ready" -> {
                get(request);
                models.ready(name, version, reply);
            }
            case "infer" -> {
                post(request);
                models.infer(request, name, version, reply);
            }
            case "classify" -> {
                post(request);
                models.classify(request, name, version, reply);
            }
            default -> throw noSuchPath();
        }
    }

    /** A page of another site in somebody's browser could reach a server of that machine: it may not. */
    private void requireOwnPage(Request request) {
        String host = request.getHeaders().get(HttpHeader.HOST);
        if (loopback && host != null && !LOOPBACK.matcher(host).matches()) {
            throw new ServeException(
                    Status.FORBIDDEN,
                    "Expected a request to localhost or an address, as this server listens on loopback alone, found another"
                            + " name of a host.");
        }
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null) {
            return;
        }
        String from;
        try {
            from = String.valueOf(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            from = "";
        }
        if (!from.equalsIgnoreCase(host)) {
            throw new ServeException(
                    Status.FORBIDDEN, "Expected a request of this server's own page, found one of another origin.");
        }
    }

    private static void get(Request request) {
        method(request, Set.of("GET", "HEAD"));
    }

    private static void post(Request request) {
        method(request, Set.of("POST"));
    }

    private static void method(Request request, Set<String> allowed) {
        if (!allowed.contains(request.getMethod())) {
            throw new ServeException(
                    Status.WRONG_METHOD,
                    "Expected " + String.join(" or ", allowed.stream().sorted().toList()) + " for this path, found "
                            + request.getMethod() + ".");
        }
    }

    private static ServeException noSuchPath() {
        return new ServeException(
                Status.NOT_FOUND,
                "Expected a path of the protocol, /v2/models/MODEL/infer for example, or /classify/MODEL, /metrics or /, found"
                        + " another.");
    }
}
