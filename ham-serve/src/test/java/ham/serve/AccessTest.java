package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.ModelMetadataRequest;
import ham.serve.proto.inference.ServerLiveRequest;
import ham.serve.service.Limits;
import ham.serve.service.Tls;
import ham.serve.service.Token;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask: a token, and TLS. */
class AccessTest {
    private static final String SECRET = "0123456789abcdef";

    @TempDir
    private Path temp;

    private Token token() throws Exception {
        return Token.read(Files.writeString(temp.resolve("token"), SECRET + "\n"));
    }

    @Test
    void withoutTheTokenThereIsNothingButHealth() throws Exception {
        Token token = token();
        try (TestServer server = TestServer.of(testdata("serve"), settings -> settings.optToken(token))) {
            assertThat(server.get("v2/health/live").status()).isEqualTo(200);
            assertThat(server.get("").status()).isEqualTo(200);
            for (String path : List.of("v2", "v2/models/pick", "metrics", "v2/nothing")) {
                assertThat(server.get(path).status()).as(path).isEqualTo(401);
            }
            assertThat(server.post("v2/models/pick/infer", "{}")
                            .response()
                            .headers()
                            .firstValue("WWW-Authenticate"))
                    .hasValue("Bearer");
            assertThat(server.send(with(server, "Bearer " + SECRET + "x")).status())
                    .isEqualTo(401);
            assertThat(server.send(with(server, SECRET)).status()).isEqualTo(401);
            assertThat(server.send(with(server, "bearer " + SECRET)).status()).isEqualTo(200);

            ManagedChannel channel = GrpcTest.channel(server);
            var stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
            assertThat(stub.serverLive(ServerLiveRequest.getDefaultInstance()).getLive())
                    .isTrue();
            ModelMetadataRequest request =
                    ModelMetadataRequest.newBuilder().setName("pick").build();
            StatusRuntimeException thrown =
                    catchThrowableOfType(StatusRuntimeException.class, () -> stub.modelMetadata(request));
            assertThat(thrown.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED);
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + SECRET);
            assertThat(stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                            .modelMetadata(request)
                            .getName())
                    .isEqualTo("pick");
            channel.shutdownNow();
        }
    }

    private static HttpRequest.Builder with(TestServer server, String authorization) {
        return HttpRequest.newBuilder(server.uri("v2")).header("Authorization", authorization);
    }

    @Test
    void aTokenIsLongEnough() throws Exception {
        Path file = Files.writeString(temp.resolve("short"), "secret");
        assertThatThrownBy(() -> Token.read(file)).hasMessageContaining("token-file: expected a token of 16");
        assertThatThrownBy(() -> Token.read(temp.resolve("none"))).hasMessageContaining("found no file");
    }

    /** A key and its certificate, as clients trust it and as files. */
    private record Keys(Certificate certificate, Tls tls) {
        SSLContext client() throws Exception {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("k", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        }
    }

    private Keys keys(String name, String algorithm) throws Exception {
        Path store = temp.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        algorithm,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "password",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), "password".toCharArray());
        Certificate certificate = keys.getCertificate("k");
        Key key = keys.getKey("k", "password".toCharArray());
        Path pem = Files.writeString(temp.resolve(name + ".pem"), pem("CERTIFICATE", certificate.getEncoded()));
        Path secret = Files.writeString(temp.resolve(name + "-key.pem"), pem("PRIVATE KEY", key.getEncoded()));
        return new Keys(certificate, new Tls(pem, secret));
    }

    @Test
    void speaksTls() throws Exception {
        Keys keys = keys("own", "EC");
        Path pem = keys.tls().certificates();
        Path secret = keys.tls().key();
        try (TestServer server = TestServer.of(testdata("serve"), settings -> settings.optTls(keys.tls()))) {
            HttpClient client =
                    HttpClient.newBuilder().sslContext(keys.client()).build();
            URI uri = URI.create("https://localhost:" + server.server.httpPort().getAsInt() + "/v2");
            assertThat(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                            .body())
                    .contains("\"name\":\"ham\"");
            ManagedChannel channel = NettyChannelBuilder.forAddress(
                            "localhost", server.server.grpcPort().getAsInt())
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(pem.toFile())
                            .build())
                    .build();
            assertThat(GRPCInferenceServiceGrpc.newBlockingStub(channel)
                            .serverLive(ServerLiveRequest.getDefaultInstance())
                            .getLive())
                    .isTrue();
            channel.shutdownNow();
        }
        assertThatThrownBy(() -> new Tls(secret, secret).keyStore()).hasMessageContaining("tls-cert");
        assertThatThrownBy(() -> new Tls(pem, pem).keyStore()).hasMessageContaining("tls-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void theKeyIsTheCertificates(String algorithm) throws Exception {
        Tls own = keys("own", algorithm).tls();
        Key key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
        Path other = Files.writeString(temp.resolve("other"), pem("PRIVATE KEY", key.getEncoded()));
        assertThat(own.keyStore().size()).isOne();
        assertThatThrownBy(() -> new Tls(own.certificates(), other).keyStore())
                .hasMessage("tls-key: expected the key of the certificate in " + own.certificates()
                        + ", found that of another in " + other);
    }

    @Test
    void aConnectionOfTlsStaysWhileItIsUsed() throws Exception {
        Keys keys = keys("own", "EC");
        Limits limits = new Limits(100_000, 2_000_000, Duration.ofSeconds(1), Duration.ofSeconds(30), 50, 1_000_000);
        try (TestServer server = TestServer.of(testdata("serve"), settings -> settings.optTls(keys.tls())
                        .optLimits(limits));
                Socket socket = keys.client()
                        .getSocketFactory()
                        .createSocket("localhost", server.server.httpPort().getAsInt());
                Socket silent = new Socket("localhost", server.server.httpPort().getAsInt())) {
            // The beginning of a handshake that never ends.
            silent.getOutputStream().write(0x16);
            silent.setSoTimeout(10_000);
            String request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
            String metrics = "";
            for (int i = 0; i < 20; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                metrics = answer(socket.getInputStream());
                Thread.sleep(200);
            }
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            assertThat(metrics).contains("ham_http_connections 1.0");
        }
    }

    private static String answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("the connection was closed").isNotEqualTo(-1);
            head.append((char) next);
        }
        int length = Integer.parseInt(head.toString().replaceFirst("(?is).*content-length: (\\d+).*", "$1"));
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }
}
