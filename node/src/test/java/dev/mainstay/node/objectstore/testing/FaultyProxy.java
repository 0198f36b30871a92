package dev.mainstay.node.objectstore.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Stands before an HTTP server and does to some requests what networks and stores do. One request to a connection; a virtual thread
 * each.
 */
public final class FaultyProxy implements AutoCloseable {

    /** What is done to a request. */
    public sealed interface Fault {}

    /** It's answered here, and never gets there. */
    public record Answer(int status, String headers, String body) implements Fault {}

    /** The connection is reset after this many bytes of the request's body, which never gets there. */
    public record CutUpload(int bytes) implements Fault {}

    /** The connection is reset after this many bytes of the answer's body. */
    public record CutDownload(int bytes) implements Fault {}

    /** The request is carried out, and its answer is lost. */
    public record LoseAnswer() implements Fault {}

    /** The answer waits for so long. */
    public record Delay(long millis) implements Fault {}

    private record Rule(Pattern requests, Fault fault, AtomicInteger left) {}

    private final ServerSocket listener;
    private final Thread acceptor;
    private final Socket held = new Socket();
    private final int serverPort;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** Listens on a port of its own for the server on this one. */
    public FaultyProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    /** Where clients connect. */
    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** Does this to the next so many requests whose line, such as {@code PUT /path?query HTTP/1.1}, has a match of this. */
    public void on(String requestLine, int times, Fault fault) {
        rules.add(new Rule(Pattern.compile(requestLine), fault, new AtomicInteger(times)));
    }

    /** From here on everything gets through. */
    public void heal() {
        rules.clear();
    }

    /** How many requests had a match of this in their line, or in the headers that follow it line by line. */
    public long count(String head) {
        Pattern pattern = Pattern.compile(head);
        return requests.stream()
                .filter(request -> pattern.matcher(request).find())
                .count();
    }

    /** Nobody listens any more, and nobody else begins to on the port that got free. */
    public void goAway() throws IOException, InterruptedException {
        listener.close();
        // Until nobody accepts any more the port isn't free.
        acceptor.join();
        held.setReuseAddress(true);
        held.bind(listener.getLocalSocketAddress());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            InputStream in = new BufferedInputStream(client.getInputStream());
            OutputStream out = client.getOutputStream();
            List<String> head = head(in);
            if (head.isEmpty()) {
                return;
            }
            requests.add(String.join("\n", head));
            Fault fault = fault(head.getFirst());
            if (header(head, "expect").anyMatch(value -> value.equalsIgnoreCase("100-continue"))) {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            }
            if (fault instanceof CutUpload cut) {
                in.readNBytes(cut.bytes);
                reset(client);
                return;
            }
            byte[] body = body(head, in);
            if (fault instanceof Answer answer) {
                byte[] text = answer.body.getBytes(UTF_8);
                out.write(("HTTP/1.1 " + answer.status + " Told\r\n" + answer.headers + "Content-Length: " + text.length
                                + "\r\nConnection: close\r\n\r\n")
                        .getBytes(ISO_8859_1));
                if (!head.getFirst().startsWith("HEAD")) {
                    out.write(text);
                }
                return;
            }
            pass(head, body, fault, client, out);
        } catch (IOException ended) {
            // Either side went away, which is what this is for.
        }
    }

    private void pass(List<String> head, byte[] body, Fault fault, Socket client, OutputStream out) throws IOException {
        try (Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
            List<String> lines = new ArrayList<>(head);
            lines.removeIf(line ->
                    line.toLowerCase(Locale.ROOT).matches("(connection|expect|transfer-encoding|content-length):.*"));
            lines.add("Content-Length: " + body.length);
            lines.add("Connection: close");
            server.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
            server.getOutputStream().write(body);
            server.getOutputStream().flush();
            InputStream answer = new BufferedInputStream(server.getInputStream());
            if (fault instanceof Delay delay) {
                Thread.sleep(delay.millis);
            }
            if (fault instanceof LoseAnswer) {
                answer.readAllBytes();
                reset(client);
                return;
            }
            List<String> answerHead = new ArrayList<>(head(answer));
            answerHead.removeIf(line -> line.toLowerCase(Locale.ROOT).startsWith("connection:"));
            answerHead.add("Connection: close");
            out.write((String.join("\r\n", answerHead) + "\r\n\r\n").getBytes(ISO_8859_1));
            if (fault instanceof CutDownload cut) {
                out.write(answer.readNBytes(cut.bytes));
                out.flush();
                reset(client);
                return;
            }
            answer.transferTo(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Fault fault(String line) {
        for (Rule rule : rules) {
            if (rule.requests.matcher(line).find() && rule.left.getAndDecrement() > 0) {
                return rule.fault;
            }
        }
        return new Delay(0);
    }

    private static List<String> head(InputStream in) throws IOException {
        List<String> lines = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next != '\n') {
                line.write(next);
                continue;
            }
            String text = line.toString(ISO_8859_1).stripTrailing();
            line.reset();
            if (text.isEmpty()) {
                return lines;
            }
            lines.add(text);
        }
        return List.of();
    }

    private static byte[] body(List<String> head, InputStream in) throws IOException {
        if (header(head, "transfer-encoding").anyMatch(value -> value.equalsIgnoreCase("chunked"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int length = Integer.parseInt(line(in), 16);
                body.write(in.readNBytes(length));
                line(in);
                if (length == 0) {
                    return body.toByteArray();
                }
            }
        }
        return in.readNBytes(header(head, "content-length")
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static Stream<String> header(List<String> head, String name) {
        return head.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip());
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        held.close();
    }
}
