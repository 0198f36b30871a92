package dev.mainstay.node.objectstore.gcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mainstay.node.objectstore.testing.Requests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * As much of the JSON API of Google Cloud Storage as the store uses, after its documentation: no emulator of it can be had here. One
 * bucket, {@code backups}.
 */
final class GcsServer implements AutoCloseable {

    private static final class Stored {
        private final byte[] content;
        private final @Nullable JsonObject metadata;
        private final long generation;
        private final Instant updated = Instant.now();

        Stored(byte[] content, @Nullable JsonObject metadata, long generation) {
            this.content = content;
            this.metadata = metadata;
            this.generation = generation;
        }
    }

    private record Session(String name, JsonObject resource, ByteArrayOutputStream received) {}

    private static final Pattern OBJECT = Pattern.compile("/(?:download/)?storage/v1/b/([^/]+)/o(?:/([^/]+))?");

    private final HttpServer server;
    private final NavigableMap<String, Stored> objects = new TreeMap<>();
    private final Map<String, Session> sessions = new HashMap<>();
    private long generation = 1000;

    GcsServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    synchronized void clear() {
        objects.clear();
        sessions.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = body(exchange);
        try (exchange) {
            synchronized (this) {
                answer(exchange, exchange.getRequestURI().getRawPath(), Requests.query(exchange), body);
            }
        }
    }

    private void answer(HttpExchange exchange, String path, Map<String, String> query, byte[] body) throws IOException {
        if (path.startsWith("/session/")) {
            resume(exchange, path, body);
            return;
        }
        if (path.startsWith("/upload/storage/v1/b/backups/o")) {
            upload(exchange, query, body);
            return;
        }
        Matcher matcher = OBJECT.matcher(path);
        if (!matcher.matches() || !matcher.group(1).equals("backups")) {
            send(exchange, 404, error(404, "The specified bucket does not exist.", "notFound"));
            return;
        }
        if (matcher.group(2) == null) {
            list(exchange, query);
            return;
        }
        String name = URLDecoder.decode(matcher.group(2), UTF_8);
        Stored stored = objects.get(name);
        String wanted = query.get("generation");
        if (stored == null || (wanted != null && Long.parseLong(wanted) != stored.generation)) {
            send(exchange, 404, error(404, "No such object: backups/" + name, "notFound"));
        } else if (exchange.getRequestMethod().equals("DELETE")) {
            objects.remove(name);
            exchange.sendResponseHeaders(204, -1);
        } else if ("media".equals(query.get("alt"))) {
            media(exchange, stored);
        } else {
            send(exchange, 200, resource(name, stored).toString());
        }
    }

    private static void media(HttpExchange exchange, Stored stored) throws IOException {
        byte[] content = stored.content;
        int from = 0;
        int to = content.length;
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range != null) {
            Matcher matcher = Pattern.compile("bytes=(\\d+)-(\\d*)").matcher(range);
            if (!matcher.matches()) {
                throw new IOException("a range of " + range);
            }
            from = Integer.parseInt(matcher.group(1));
            to = matcher.group(2).isEmpty() ? to : Math.min(to, Integer.parseInt(matcher.group(2)) + 1);
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.length);
        }
        exchange.getResponseHeaders().set("x-goog-generation", Long.toString(stored.generation));
        exchange.getResponseHeaders().set("x-goog-stored-content-length", Integer.toString(content.length));
        exchange.getResponseHeaders().set("x-goog-hash", "crc32c=" + crc(content));
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.sendResponseHeaders(range == null ? 200 : 206, to - from);
        exchange.getResponseBody().write(content, from, to - from);
    }

    private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
        String prefix = query.getOrDefault("prefix", "");
        int page = Math.min(3, Integer.parseInt(query.getOrDefault("maxResults", "3")));
        JsonArray items = new JsonArray();
        JsonObject answer = new JsonObject();
        answer.addProperty("kind", "storage#objects");
        for (var entry :
                objects.tailMap(query.getOrDefault("pageToken", ""), false).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                continue;
            }
            if (items.size() == page) {
                answer.addProperty(
                        "nextPageToken",
                        items.get(page - 1).getAsJsonObject().get("name").getAsString());
                break;
            }
            items.add(resource(entry.getKey(), entry.getValue()));
        }
        answer.add("items", items);
        send(exchange, 200, answer.toString());
    }

    private void upload(HttpExchange exchange, Map<String, String> query, byte[] body) throws IOException {
        if ("resumable".equals(query.get("uploadType"))) {
            JsonObject resource = body.length == 0
                    ? new JsonObject()
                    : JsonParser.parseString(new String(body, UTF_8)).getAsJsonObject();
            String name = query.containsKey("name")
                    ? query.get("name")
                    : resource.get("name").getAsString();
            String session = "/session/" + (sessions.size() + 1);
            sessions.put(session, new Session(name, resource, new ByteArrayOutputStream()));
            exchange.getResponseHeaders()
                    .set("Location", "http://" + exchange.getRequestHeaders().getFirst("Host") + session);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String text = new String(body, ISO_8859_1);
        String boundary = "--"
                + exchange.getRequestHeaders()
                        .getFirst("Content-Type")
                        .replaceAll(".*boundary=\"?([^\";]+)\"?.*", "$1");
        String[] parts = text.split(Pattern.quote(boundary), -1);
        JsonObject resource = JsonParser.parseString(
                        new String(content(parts[1]).getBytes(ISO_8859_1), UTF_8))
                .getAsJsonObject();
        byte[] content = content(parts[2]).getBytes(ISO_8859_1);
        String name = query.containsKey("name")
                ? query.get("name")
                : resource.get("name").getAsString();
        if ("0".equals(query.get("ifGenerationMatch")) && objects.containsKey(name)) {
            send(
                    exchange,
                    412,
                    error(412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet"));
            return;
        }
        if (resource.has("crc32c") && !resource.get("crc32c").getAsString().equals(crc(content))) {
            send(exchange, 400, error(400, "Provided CRC32C doesn't match calculated CRC32C.", "invalid"));
            return;
        }
        send(exchange, 200, store(name, resource, content).toString());
    }

    private static String content(String part) {
        return part.substring(part.indexOf("\r\n\r\n") + 4, part.length() - 2);
    }

    private void resume(HttpExchange exchange, String path, byte[] body) throws IOException {
        Session session = sessions.get(path);
        if (session == null) {
            send(exchange, 404, error(404, "no such session", "notFound"));
            return;
        }
        Matcher range = Pattern.compile("bytes (?:(\\d+)-(\\d+)|\\*)/(\\d+|\\*)")
                .matcher(exchange.getRequestHeaders().getFirst("Content-Range"));
        if (!range.matches()) {
            throw new IOException("no range");
        }
        if (range.group(1) != null && Integer.parseInt(range.group(1)) <= session.received.size()) {
            int known = session.received.size() - Integer.parseInt(range.group(1));
            session.received.write(body, Math.min(known, body.length), Math.max(0, body.length - known));
        }
        if (!range.group(3).equals("*") && session.received.size() == Integer.parseInt(range.group(3))) {
            send(
                    exchange,
                    200,
                    store(session.name, session.resource, session.received.toByteArray())
                            .toString());
            return;
        }
        if (session.received.size() > 0) {
            exchange.getResponseHeaders().set("Range", "bytes=0-" + (session.received.size() - 1));
        }
        exchange.sendResponseHeaders(308, -1);
    }

    private JsonObject store(String name, JsonObject resource, byte[] content) {
        JsonObject metadata = resource.has("metadata") ? resource.getAsJsonObject("metadata") : null;
        Stored stored = new Stored(content, metadata, ++generation);
        objects.put(name, stored);
        return resource(name, stored);
    }

    private static JsonObject resource(String name, Stored stored) {
        JsonObject resource = new JsonObject();
        resource.addProperty("kind", "storage#object");
        resource.addProperty("bucket", "backups");
        resource.addProperty("name", name);
        resource.addProperty("size", Integer.toString(stored.content.length));
        resource.addProperty("generation", Long.toString(stored.generation));
        resource.addProperty("updated", stored.updated.toString());
        resource.addProperty("crc32c", crc(stored.content));
        if (stored.metadata != null) {
            resource.add("metadata", stored.metadata);
        }
        return resource;
    }

    private static String crc(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static String error(int code, String message, String reason) {
        return "{\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\",\"errors\":[{\"message\":\"" + message
                + "\",\"domain\":\"global\",\"reason\":\"" + reason + "\"}]}}";
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=UTF-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        return "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                ? new GZIPInputStream(in).readAllBytes()
                : in.readAllBytes();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
