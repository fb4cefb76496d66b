package ham.serve;

import static ham.serve.TestServer.testdata;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ham.serve.proto.inference.GRPCInferenceServiceGrpc;
import ham.serve.proto.inference.ModelMetadataRequest;
import ham.serve.proto.inference.ServerLiveRequest;
import ham.serve.service.Tls;
import ham.serve.service.Token;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void speaksTls() throws Exception {
        Path store = temp.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "k",
                        "-keyalg",
                        "EC",
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
        Path pem = Files.writeString(temp.resolve("cert.pem"), pem("CERTIFICATE", certificate.getEncoded()));
        Path secret = Files.writeString(temp.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()));
        try (TestServer server = TestServer.of(testdata("serve"), settings -> settings.optTls(new Tls(pem, secret)))) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("k", certificate);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            HttpClient client = HttpClient.newBuilder().sslContext(context).build();
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

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }
}
