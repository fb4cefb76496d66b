package ham.serve;

import static ham.serve.BadInputTableTest.Row.row;
import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import ham.serve.proto.inference.InferParameter;
import ham.serve.proto.inference.InferTensorContents;
import ham.serve.proto.inference.ModelInferRequest;
import ham.serve.proto.inference.ModelInferRequest.InferInputTensor;
import ham.serve.proto.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/serving.md} on what bad input gets: what a server answered, over real sockets. {@code -Dham.docs=write} writes it there,
 * otherwise this fails where the document says something else.
 */
class BadInputTableTest {
    private static final Path DOCUMENT = testdata("../docs/serving.md");
    private static final String BEGIN = "<!-- bad input, made by BadInputTableTest: begin -->\n";
    private static final String END = "<!-- bad input: end -->\n";
    private static final String TWELVE = "[1,1,1,1,2,2,2,2,3,3,3,3]";

    /** A line of the table; what has no form in a protocol is null there. */
    record Row(String input, BadClients.Say rest, BadClients.Say grpc) {
        static Row row(String input, BadClients.Say rest, BadClients.Say grpc) {
            return new Row(input, rest, grpc);
        }

        String line(BadClients clients) throws Exception {
            return "| " + input + " | " + cell(rest, clients) + " | " + cell(grpc, clients) + " |\n";
        }

        private static String cell(BadClients.Say say, BadClients clients) throws Exception {
            return say == null ? "-" : say.to(clients).replace("|", "\\|");
        }
    }

    private static String tensor(String datatype, String shape, String data) {
        return "{\"name\":\"pixel_values\",\"datatype\":\"" + datatype + "\",\"shape\":" + shape + ",\"data\":" + data
                + "}";
    }

    private static String body(String... tensors) {
        return "{\"inputs\":[" + String.join(",", tensors) + "]}";
    }

    private static BadClients.Say rest(String body) {
        return clients -> clients.post("v2/models/scaled1/infer", body);
    }

    private static InferInputTensor.Builder pixels(String datatype, Long... shape) {
        return InferInputTensor.newBuilder()
                .setName("pixel_values")
                .setDatatype(datatype)
                .addAllShape(List.of(shape));
    }

    private static InferInputTensor.Builder pixels() {
        return pixels("FP32", 1L, 3L, 2L, 2L);
    }

    private static ByteString bytes(int count) {
        return ByteString.copyFrom(new byte[count]);
    }

    private static BadClients.Say grpc(UnaryOperator<ModelInferRequest.Builder> request) {
        return clients ->
                clients.infer(request.apply(ModelInferRequest.newBuilder().setModelName("scaled1")));
    }

    private static BadClients.Say grpc(InferInputTensor.Builder tensor, int bytes) {
        return grpc(request -> request.addInputs(tensor).addRawInputContents(bytes(bytes)));
    }

    private static List<Row> tensors() {
        String good = tensor("FP32", "[1,3,2,2]", TWELVE);
        return List.of(
                row(
                        "wrong datatype",
                        rest(body(tensor("FP64", "[1,3,2,2]", TWELVE))),
                        grpc(pixels("FP64", 1L, 3L, 2L, 2L), 96)),
                row("datatype that is none", rest(body(tensor("FP31", "[1]", "[1]"))), grpc(pixels("FP31", 1L), 4)),
                row(
                        "wrong shape",
                        rest(body(tensor("FP32", "[1,3,2,3]", "[1,1,1,1,1,1,2,2,2,2,2,2,3,3,3,3,3,3]"))),
                        grpc(pixels("FP32", 1L, 3L, 2L, 3L), 72)),
                row("wrong number of axes", rest(body(tensor("FP32", "[12]", TWELVE))), grpc(pixels("FP32", 12L), 48)),
                row("no row", rest(body(tensor("FP32", "[0,3,2,2]", "[]"))), grpc(pixels("FP32", 0L, 3L, 2L, 2L), 0)),
                row(
                        "9223372036854775807 rows",
                        rest(body(tensor("FP32", "[9223372036854775807,3,2,2]", "[1]"))),
                        grpc(pixels("FP32", Long.MAX_VALUE, 3L, 2L, 2L), 4)),
                row(
                        "fewer elements than the shape says",
                        rest(body(tensor("FP32", "[1,3,2,2]", "[1,2]"))),
                        grpc(pixels(), 8)),
                row(
                        "more elements than the shape says",
                        rest(body(tensor("FP32", "[1,3,2,2]", "[1,1,1,1,2,2,2,2,3,3,3,3,4]"))),
                        grpc(pixels(), 52)),
                row(
                        "a number that the type does not hold",
                        rest(body(tensor("FP32", "[1,3,2,2]", "[1,1,1,1,2,2,2,2,3,3,3,1e39]"))),
                        grpc(request -> request.addInputs(pixels("INT8", 1L)
                                .setContents(InferTensorContents.newBuilder().addIntContents(300))))),
                row(
                        "a text in place of a number",
                        rest(body(tensor("FP32", "[1,3,2,2]", "[1,1,1,1,2,2,2,2,3,3,3,\"x\"]"))),
                        null),
                row("no input", rest("{}"), grpc(request -> request)),
                row(
                        "an input that the model does not have",
                        rest(body(good.replace("pixel_values", "x"))),
                        grpc(pixels().setName("x"), 48)),
                row("an input twice", rest(body(good, good)), grpc(request -> request.addInputs(pixels())
                        .addInputs(pixels())
                        .addRawInputContents(bytes(48))
                        .addRawInputContents(bytes(48)))),
                row(
                        "an output that the model does not have",
                        rest("{\"outputs\":[{\"name\":\"y\"}],\"inputs\":[" + good + "]}"),
                        grpc(request -> request.addInputs(pixels())
                                .addRawInputContents(bytes(48))
                                .addOutputs(
                                        InferRequestedOutputTensor.newBuilder().setName("y")))));
    }

    private static List<Row> names() {
        String good = body(tensor("FP32", "[1,3,2,2]", TWELVE));
        return List.of(
                row(
                        "unknown model",
                        clients -> clients.post("v2/models/other/infer", good),
                        grpc(request -> request.setModelName("other"))),
                row(
                        "unknown version",
                        clients -> clients.post("v2/models/scaled1/versions/9/infer", good),
                        grpc(request ->
                                request.setModelVersion("9").addInputs(pixels()).addRawInputContents(bytes(48)))),
                row(
                        "a path in place of a model",
                        clients -> clients.post("v2/models/..%2f..%2fetc%2fpasswd/infer", good),
                        grpc(request -> request.setModelName("../../etc/passwd"))),
                row(
                        "an adapter, of a model that has none",
                        rest("{\"parameters\":{\"adapter\":\"a\"}," + good.substring(1)),
                        grpc(request -> request.addInputs(pixels())
                                .addRawInputContents(bytes(48))
                                .putParameters(
                                        "adapter",
                                        InferParameter.newBuilder()
                                                .setStringParam("a")
                                                .build()))),
                row(
                        "a model that is not loaded",
                        clients -> clients.unloaded(() -> clients.post("v2/models/scaled2/infer", good)),
                        clients -> clients.unloaded(() -> clients.infer(ModelInferRequest.newBuilder()
                                .setModelName("scaled2")
                                .addInputs(pixels())
                                .addRawInputContents(bytes(48))))),
                row(
                        "a path or call that there is not",
                        clients -> clients.post("v2/models/scaled1/eat", "{}"),
                        clients -> clients.call("ModelEat", new byte[0])),
                row("wrong method", clients -> clients.get("v2/models/scaled1/infer"), null),
                row("no token", BadClients::withoutToken, BadClients::callWithoutToken),
                row("a page of another site", BadClients::ofAnotherSite, null));
    }

    private static List<Row> wire() {
        String start = "POST /v2/models/scaled1/infer HTTP/1.1\r\nHost: localhost\r\n";
        return List.of(
                row(
                        "broken JSON; a message that is none",
                        rest("{\"inputs\":["),
                        clients -> clients.call("ModelInfer", "not protobuf".getBytes(StandardCharsets.UTF_8))),
                row("50,000 brackets", rest("[".repeat(50_000)), null),
                row("something behind the JSON", rest("{\"inputs\":[]} {}"), null),
                row(
                        "a header length that is longer than the body",
                        clients -> clients.raw(
                                start
                                        + "Connection: close\r\nInference-Header-Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}"),
                        null),
                row(
                        "a body above `--max-body` (here 100,000 bytes)",
                        rest("x".repeat(BadClients.MAX_BODY + 1)),
                        grpc(pixels(), 200_000)),
                row("the same, in chunks", BadClients::chunks, null),
                row(
                        "half a request, then nothing",
                        clients -> clients.raw(start + "Content-Length: 500\r\n\r\n{\"inputs\":["),
                        BadClients::halfACall),
                row("half a header, then nothing", clients -> clients.raw(start), BadClients::halfAPreface),
                row(
                        "a header of 20,000 bytes",
                        clients -> clients.raw(start + "X: " + "y".repeat(20_000) + "\r\n\r\n"),
                        BadClients::largeMetadata),
                row(
                        "another protocol",
                        clients -> clients.raw("\u0016\u0003\u0001\r\n\r\n"),
                        clients -> clients.rawGrpc("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
    }

    private static List<Row> runs() {
        String index = "{\"inputs\":[{\"name\":\"index\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[99]}]}";
        return List.of(
                row("an image that is empty", clients -> clients.post("classify/scaled1", ""), null),
                row("an image that is none", clients -> clients.post("classify/scaled1", "no image"), null),
                row("an image that is cut off", BadClients::cutImage, null),
                row(
                        "an image of more pixels than 50 million, or than a quarter of the heap holds (here 0.3)",
                        BadClients::largeImage,
                        null),
                row(
                        "inputs that fit, but make the model fail",
                        clients -> clients.post("v2/models/pick/infer", index),
                        clients -> clients.infer(ModelInferRequest.newBuilder()
                                .setModelName("pick")
                                .addInputs(InferInputTensor.newBuilder()
                                        .setName("index")
                                        .setDatatype("INT64")
                                        .addShape(1)
                                        .setContents(
                                                InferTensorContents.newBuilder().addInt64Contents(99))))),
                row("a full queue (here of 1)", BadClients::fullQueue, BadClients::callFullQueue),
                row("a deadline that passes", BadClients::lateAnswer, BadClients::callLateAnswer));
    }

    private static String table() throws Exception {
        StringBuilder table = new StringBuilder("| input | REST | gRPC |\n|---|---|---|\n");
        List<Row> rows = new ArrayList<>(tensors());
        rows.addAll(names());
        rows.addAll(wire());
        rows.addAll(runs());
        try (BadClients clients = new BadClients()) {
            for (Row each : rows) {
                table.append(each.line(clients));
            }
            clients.stillServes();
        }
        return table.toString();
    }

    @Test
    void theDocumentSaysWhatTheServerAnswers() throws Exception {
        String document = Files.readString(DOCUMENT);
        assertThat(document).contains(BEGIN, END);
        int from = document.indexOf(BEGIN) + BEGIN.length();
        int to = document.indexOf(END);
        String table = table();
        assertThat(table).doesNotContain("Exception", "testdata", "| 200", "| OK");
        if (System.getProperty("ham.docs", "").equals("write")) {
            write(document.substring(0, from) + table + document.substring(to));
        } else {
            assertThat(document.substring(from, to)).isEqualTo(table);
        }
    }

    private static void write(String document) throws IOException {
        Files.writeString(DOCUMENT, document);
    }
}
