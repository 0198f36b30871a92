package dev.mainstay.e2e.clients;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An HTTP/2 client that says whatever the test wants, frame by frame, on a plain socket. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int PRIORITY = 2;
    static final int CONTINUATION = 9;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int SILENCE_MILLIS = 1_500;

    private final Socket socket;
    private volatile boolean ended;

    /** Connects; nothing is sent yet. */
    RawHttp2(int port) throws IOException {
        socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Sends these bytes as they are. */
    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** The connection preface and empty settings. */
    void open() throws IOException {
        send(PREFACE.getBytes(StandardCharsets.US_ASCII));
        send(frame(SETTINGS, 0, 0, new byte[0]));
    }

    /** The headers of a gRPC call, in plain HPACK literals; {@code encoding} may be empty. */
    static byte[] grpcHeaders(int stream, String path, String encoding) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, ":method", "POST");
        literal(block, ":scheme", "http");
        literal(block, ":path", path);
        literal(block, ":authority", "localhost");
        literal(block, "content-type", "application/grpc");
        literal(block, "te", "trailers");
        if (!encoding.isEmpty()) {
            literal(block, "grpc-encoding", encoding);
        }
        return frame(HEADERS, END_HEADERS, stream, block.toByteArray());
    }

    /** One header as a plain HPACK literal. */
    static byte[] header(String name, String value) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        literal(block, name, value);
        return block.toByteArray();
    }

    /** One gRPC message as the last data of its stream; the length it claims may be a lie. */
    static byte[] grpcMessage(int stream, int compressed, int claimedLength, byte[] message) {
        ByteBuffer payload = ByteBuffer.allocate(5 + message.length);
        payload.put((byte) compressed).putInt(claimedLength).put(message);
        return frame(DATA, END_STREAM, stream, payload.array());
    }

    /** One frame with its header. */
    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16))
                .put((byte) (payload.length >> 8))
                .put((byte) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return frame.array();
    }

    /** Takes in and forgets what the server says, on a thread of its own, so that it can go on saying it. */
    void readInBackground() throws IOException {
        InputStream in = socket.getInputStream();
        socket.setSoTimeout(0);
        Thread.ofVirtual().start(() -> {
            byte[] chunk = new byte[8192];
            try {
                while (in.read(chunk) >= 0) {
                    // Forgotten.
                }
            } catch (IOException ended) {
                // As good as an end.
            }
            this.ended = true;
        });
    }

    /** Whether the server has ended the connection, as far as {@link #readInBackground} knows. */
    boolean isEnded() {
        return ended;
    }

    /**
     * Everything the server says until it closes the connection or falls silent. The text
     * is one character per byte, for looking for uncompressed headers.
     */
    Answer readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] chunk = new byte[8192];
        InputStream in = socket.getInputStream();
        try {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                all.write(chunk, 0, read);
                socket.setSoTimeout(SILENCE_MILLIS);
            }
            return new Answer(all.toString(StandardCharsets.ISO_8859_1), true);
        } catch (SocketTimeoutException e) {
            return new Answer(all.toString(StandardCharsets.ISO_8859_1), false);
        } catch (SocketException e) {
            return new Answer(all.toString(StandardCharsets.ISO_8859_1), true);
        }
    }

    /** Reads frames until one of this type on this stream; its flags and payload as text, or why there is none. */
    String awaitFrame(int type, int stream) throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            byte[] header = in.readNBytes(9);
            if (header.length < 9) {
                return "closed";
            }
            int length = (header[0] & 255) << 16 | (header[1] & 255) << 8 | (header[2] & 255);
            byte[] payload = in.readNBytes(length);
            if (header[3] == type && ByteBuffer.wrap(header, 5, 4).getInt() == stream) {
                return new String(payload, StandardCharsets.ISO_8859_1);
            }
        }
    }

    /**
     * What came back.
     *
     * @param text the bytes
     * @param closed whether the server ended the connection
     */
    record Answer(String text, boolean closed) {}

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static void literal(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        string(block, name);
        string(block, value);
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > 126) {
            throw new IllegalArgumentException("longer than one length byte: " + text);
        }
        block.write(bytes.length);
        block.writeBytes(bytes);
    }
}
