package ham.serve.rest;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What Jetty itself refuses, told in the protocol's form. */
final class Errors extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        StringBuilder json = new StringBuilder("{\"error\":\"Expected an HTTP request that can be served, found: ");
        JsonStringEncoder.getInstance().quoteAsString(String.valueOf(message), json);
        ByteBuffer body = ByteBuffer.wrap(json.append(".\"}").toString().getBytes(StandardCharsets.UTF_8));
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Reply.JSON);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
        response.write(true, body, callback);
    }
}
