package ham.serve;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A client of one connection made of nothing but RFC 9113 and 7541: frames of HTTP/2 over a socket, and header fields that are neither compressed nor
 * remembered. What it measures is the server; and it shows that clients need nothing of ham's code, nor of grpc-java.
 */
final class RawGrpc implements AutoCloseable {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final int LARGEST_FRAME = 16_384;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private int stream = -1;

    RawGrpc(int port) throws IOException {
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(begin);
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, SETTINGS, 0, 0, new byte[] {0, 4, 0x7f, -1, -1, -1}); // the window of every stream
        frame(out, WINDOW_UPDATE, 0, 0, new byte[] {0x7f, -1, 0, 0}); // that of the connection
        socket.getOutputStream().write(begin.toByteArray());
    }

    private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        out.write(payload.length >> 16);
        out.writeShort(payload.length);
        out.write(type);
        out.write(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0x10); // literal, never indexed, with a new name
        for (String each : new String[] {name, value}) {
            byte[] bytes = each.getBytes(StandardCharsets.US_ASCII);
            block.write(bytes.length); // below 127: one byte
            block.writeBytes(bytes);
        }
    }

    /** Sends a message in a call of its own and reads the answer; the bytes of its message, without the length before it. */
    byte[] call(String method, byte[] message) throws IOException {
        stream += 2;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        frame(out, HEADERS, END_HEADERS, stream, head(method));
        byte[] bytes = framed(message);
        for (int from = 0; from < bytes.length; from += LARGEST_FRAME) {
            int length = Math.min(LARGEST_FRAME, bytes.length - from);
            byte[] part = new byte[length];
            System.arraycopy(bytes, from, part, 0, length);
            frame(out, DATA, from + length == bytes.length ? END_STREAM : 0, stream, part);
        }
        socket.getOutputStream().write(all.toByteArray());
        return answer();
    }

    private static byte[] head(String method) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "POST");
        field(block, ":scheme", "http");
        field(block, ":path", "/inference.GRPCInferenceService/" + method);
        field(block, ":authority", "localhost");
        field(block, "content-type", "application/grpc");
        field(block, "te", "trailers");
        return block.toByteArray();
    }

    private static byte[] framed(byte[] message) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream said = new DataOutputStream(body);
        said.write(0); // not compressed
        said.writeInt(message.length);
        said.write(message);
        return body.toByteArray();
    }

    /** How a call ended: its {@code grpc-status} and {@code grpc-message}. */
    record Ended(int code, String message) {}

    /** Sends the first bytes of a message and nothing more, and waits for the end of the call. */
    Ended half(String method, byte[] message, int bytes) throws IOException {
        stream += 2;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(all);
        frame(out, HEADERS, END_HEADERS, stream, head(method));
        frame(out, DATA, 0, stream, Arrays.copyOf(framed(message), bytes));
        socket.getOutputStream().write(all.toByteArray());
        DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
        while (true) {
            Frame frame = next();
            if (frame.type() == HEADERS && frame.stream() == stream) {
                Http2Headers headers = decode(decoder, frame.payload());
                if (frame.ends()) {
                    return new Ended(
                            Integer.parseInt(headers.get("grpc-status").toString()),
                            String.valueOf(headers.get("grpc-message")));
                }
            }
        }
    }

    private Http2Headers decode(DefaultHttp2HeadersDecoder decoder, byte[] block) throws IOException {
        try {
            return decoder.decodeHeaders(stream, Unpooled.wrappedBuffer(block));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Frame(int type, int flags, int stream, byte[] payload) {
        boolean ends() {
            return (flags & END_STREAM) != 0;
        }
    }

    /** The next frame; what the connection itself asks for is answered. */
    private Frame next() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        Frame frame = new Frame(type, flags, in.readInt(), in.readNBytes(length));
        if (type == SETTINGS && (flags & ACK) == 0) {
            reply(SETTINGS, new byte[0]);
        } else if (type == PING && (flags & ACK) == 0) {
            reply(PING, frame.payload());
        }
        return frame;
    }

    private byte[] answer() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            Frame frame = next();
            int type = frame.type();
            if (type == RST_STREAM || type == GOAWAY) {
                throw new IOException("the server broke off");
            } else if (type == DATA) {
                body.write(frame.payload());
            }
            if (frame.stream() == stream && (type == DATA || type == HEADERS) && frame.ends()) {
                byte[] all = body.toByteArray();
                if (all.length < 5) {
                    throw new IOException("an error instead of a message");
                }
                byte[] message = new byte[all.length - 5];
                System.arraycopy(all, 5, message, 0, message.length);
                return message;
            }
        }
    }

    private void reply(int type, byte[] payload) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        frame(new DataOutputStream(all), type, ACK, 0, payload);
        socket.getOutputStream().write(all.toByteArray());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
