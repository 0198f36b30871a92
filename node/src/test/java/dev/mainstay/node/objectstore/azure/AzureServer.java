package dev.mainstay.node.objectstore.azure;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mainstay.node.objectstore.testing.Requests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * As much of the REST API of Azure Blob Storage as the store uses, after its documentation. One container, {@code backups}, of one
 * account; credentials aren't looked at.
 */
final class AzureServer implements AutoCloseable {

    /** What one blob is; written once. */
    private static final class Stored {
        private final byte[] content;
        private final String mark;
        private final String tag;
        private final Instant modified = Instant.now();

        Stored(byte[] content, @Nullable String mark, int number) {
            this.content = content;
            this.mark = mark == null ? "" : mark;
            this.tag = "\"0x" + number + "\"";
        }

        String date() {
            return DateTimeFormatter.RFC_1123_DATE_TIME
                    .withLocale(Locale.ENGLISH)
                    .format(modified.atZone(ZoneOffset.UTC));
        }
    }

    private static final Pattern PATH = Pattern.compile("/account/([^/]+)(?:/(.+))?");

    private static final int PAGE = 3;

    private final HttpServer server;
    private final NavigableMap<String, Stored> blobs = new TreeMap<>();
    private final Map<String, byte[]> blocks = new HashMap<>();
    private int writes;

    AzureServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        try (exchange) {
            synchronized (this) {
                answer(exchange, Requests.query(exchange), body);
            }
        }
    }

    private void answer(HttpExchange exchange, Map<String, String> query, byte[] body) throws IOException {
        Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
        if (!path.matches() || !path.group(1).equals("backups")) {
            refuse(exchange, 404, "ContainerNotFound");
            return;
        }
        String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
        if (md5 != null && !md5.equals(md5(body))) {
            refuse(exchange, 400, "Md5Mismatch");
            return;
        }
        String name = path.group(2);
        if (name == null) {
            list(exchange, query);
            return;
        }
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, name, query, body);
            case "DELETE" -> {
                if (blobs.remove(name) == null) {
                    refuse(exchange, 404, "BlobNotFound");
                } else {
                    exchange.sendResponseHeaders(202, -1);
                }
            }
            default -> get(exchange, name);
        }
    }

    private void put(HttpExchange exchange, String name, Map<String, String> query, byte[] body) throws IOException {
        String comp = query.getOrDefault("comp", "");
        if (comp.equals("block")) {
            blocks.put(name + "\n" + query.get("blockid"), body);
            exchange.sendResponseHeaders(201, -1);
            return;
        }
        byte[] content = body;
        if (comp.equals("blocklist")) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            Matcher ids = Pattern.compile("<Latest>([^<]+)</Latest>").matcher(new String(body, UTF_8));
            while (ids.find()) {
                byte[] block = blocks.get(name + "\n" + ids.group(1));
                if (block == null) {
                    refuse(exchange, 400, "InvalidBlockList");
                    return;
                }
                all.write(block);
            }
            content = all.toByteArray();
        }
        if ("*".equals(exchange.getRequestHeaders().getFirst("If-None-Match")) && blobs.containsKey(name)) {
            refuse(exchange, 409, "BlobAlreadyExists");
            return;
        }
        Stored stored = new Stored(content, exchange.getRequestHeaders().getFirst("x-ms-meta-mainstaywrite"), ++writes);
        blobs.put(name, stored);
        exchange.getResponseHeaders().set("ETag", stored.tag);
        exchange.getResponseHeaders().set("Last-Modified", stored.date());
        exchange.sendResponseHeaders(201, -1);
    }

    private void get(HttpExchange exchange, String name) throws IOException {
        Stored stored = blobs.get(name);
        if (stored == null) {
            refuse(exchange, 404, "BlobNotFound");
            return;
        }
        String wanted = exchange.getRequestHeaders().getFirst("If-Match");
        if (wanted != null && !wanted.replace("\"", "").equals(stored.tag.replace("\"", ""))) {
            refuse(exchange, 412, "ConditionNotMet");
            return;
        }
        exchange.getResponseHeaders().set("ETag", stored.tag);
        exchange.getResponseHeaders().set("Last-Modified", stored.date());
        exchange.getResponseHeaders().set("x-ms-blob-type", "BlockBlob");
        exchange.getResponseHeaders().set("x-ms-meta-mainstaywrite", stored.mark);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(stored.content.length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("x-ms-range");
        Matcher bounds = Pattern.compile("bytes=(\\d+)-(\\d*)").matcher(range == null ? "bytes=0-" : range);
        if (!bounds.matches()) {
            throw new IOException("a range of " + range);
        }
        int from = Integer.parseInt(bounds.group(1));
        int to = bounds.group(2).isEmpty()
                ? stored.content.length
                : (int) Math.min(stored.content.length, Long.parseLong(bounds.group(2)) + 1);
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + stored.content.length);
        exchange.sendResponseHeaders(206, to - from);
        exchange.getResponseBody().write(stored.content, from, to - from);
    }

    private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>");
        String next = "";
        int count = 0;
        for (var entry : blobs.tailMap(query.getOrDefault("marker", "")).entrySet()) {
            if (!entry.getKey().startsWith(query.getOrDefault("prefix", ""))) {
                continue;
            }
            if (count++ == PAGE) {
                next = entry.getKey();
                break;
            }
            xml.append("<Blob><Name>")
                    .append(entry.getKey())
                    .append("</Name><Properties><Last-Modified>")
                    .append(entry.getValue().date())
                    .append("</Last-Modified><Etag>0x1</Etag><Content-Length>")
                    .append(entry.getValue().content.length)
                    .append("</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>");
        }
        byte[] body = xml.append("</Blobs><NextMarker>")
                .append(next)
                .append("</NextMarker></EnumerationResults>")
                .toString()
                .getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        byte[] body = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>told so</Message></Error>")
                .getBytes(UTF_8);
        exchange.getResponseHeaders().set("x-ms-error-code", code);
        exchange.getResponseHeaders().set("Content-Type", "application/xml");
        boolean bare = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bare ? -1 : body.length);
        if (!bare) {
            exchange.getResponseBody().write(body);
        }
    }

    private static String md5(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
