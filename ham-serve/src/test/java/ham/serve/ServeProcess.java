package ham.serve;

import ham.runtime.model.OnnxModel;
import ham.runtime.model.SessionSettings;
import ham.serve.observe.LogForm;
import ham.serve.repository.Openers;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server in a process of its own, which can be killed; SIGTERM drains it as {@code ham serve} does. */
final class ServeProcess {
    private ServeProcess() {}

    /** Serves the model file of the first argument over REST on the port of the second. */
    public static void main(String[] args) throws InterruptedException {
        InferenceServer server = InferenceServer.start(
                Path.of(args[0]),
                new Openers(file -> OnnxModel.open(file, new SessionSettings(1)), () -> new SessionSettings(1)),
                ServeSettings.builder()
                        .optHttp(Integer.parseInt(args[1]))
                        .optLog(
                                LogForm.SLF4J,
                                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                        .build());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.announceStop();
            server.stop(Duration.ofSeconds(20));
        }));
        Thread.currentThread().join();
    }

    /** Starts it, and waits until it listens. */
    static Process start(Path model, int port) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        ServeProcess.class.getName(),
                        model.toAbsolutePath().toString(),
                        Integer.toString(port)))
                .inheritIO()
                .start();
        while (process.isAlive() && !listens(port)) {
            Thread.sleep(10);
        }
        return process;
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
