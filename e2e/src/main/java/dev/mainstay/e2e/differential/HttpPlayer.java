package dev.mainstay.e2e.differential;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.StatusRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Plays requests over HTTP on the first member of a cluster, over HTTP/1.1. One thread. */
final class HttpPlayer implements Game.Playing<HttpStep> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** All that a watch has to tell has come when it is silent for so long. */
    private static final long SILENCE_MILLIS = 300;

    private static final String END = "end";
    private static final Pattern REVISION = Pattern.compile("\"header\":\\s*\\{[^}]*\"revision\":\\s*\"(\\d+)\"");
    private static final Pattern COMPACTED = Pattern.compile("\"revision\"\\s*:\\s*\"?(\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"token\":\\s*\"([^\"]+)\"");
    private static final Pattern NAME = Pattern.compile("\"name\"\\s*:\\s*\"([^\"]*)\"");
    private static final Pattern ESCAPE = Pattern.compile("\\\\u([0-9a-f]{4})");
    private static final List<String> HEADERS = List.of(
            "content-type",
            "access-control-allow-origin",
            "access-control-allow-methods",
            "access-control-allow-headers",
            "grpc-metadata-content-type",
            "allow",
            "location");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String endpoint;
    private final Callers callers = new Callers();
    private final long self;
    private long current;
    private long compacted;

    HttpPlayer(List<String> endpoints) {
        endpoint = endpoints.getFirst();
        try (EtcdClient client = new EtcdClient(endpoint)) {
            var header = client.maintenance()
                    .status(StatusRequest.getDefaultInstance())
                    .getHeader();
            self = header.getMemberId();
            current = header.getRevision();
        }
    }

    @Override
    public String play(HttpStep step) {
        String body = SymbolicRevisions.bind(step.body(), current, compacted, self);
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint + step.path()))
                .timeout(PATIENCE)
                .method(step.method(), HttpRequest.BodyPublishers.ofString(body));
        String token = callers.token(step.caller());
        if (token != null) {
            request.header("Authorization", token);
        }
        try {
            HttpResponse<Stream<String>> response = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            String answer = body(response, step.path().contains("/watch"));
            learn(step, body, response.statusCode(), answer);
            return GatewayDifferences.normal(step, response.statusCode(), head(response), answer, self);
        } catch (HttpTimeoutException e) {
            return "no answer";
        } catch (IOException e) {
            return "broken off: " + e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String head(HttpResponse<?> response) {
        Map<String, List<String>> headers = response.headers().map();
        return HEADERS.stream()
                .filter(headers::containsKey)
                .map(name -> name + ": " + headers.get(name))
                .collect(Collectors.joining("\n"));
    }

    /** All of it, or what came before it fell silent. */
    private static String body(HttpResponse<Stream<String>> response, boolean goesOn) throws InterruptedException {
        if (!goesOn) {
            try (Stream<String> lines = response.body()) {
                return lines.collect(Collectors.joining("\n"));
            }
        }
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = Thread.startVirtualThread(() -> {
            try (Stream<String> body = response.body()) {
                body.forEach(lines::add);
                lines.add(END);
            } catch (RuntimeException e) {
                // It is given up below.
            }
        });
        List<String> seen = new ArrayList<>();
        String line = lines.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS);
        while (line != null && !line.equals(END)) {
            seen.add(line);
            line = lines.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS);
        }
        response.body().close();
        reader.interrupt();
        return String.join("\n", seen);
    }

    private void learn(HttpStep step, String request, int status, String answer) {
        if (status != 200) {
            return;
        }
        Matcher revision = REVISION.matcher(answer);
        if (revision.find()) {
            current = Math.max(current, Long.parseLong(revision.group(1)));
        }
        Matcher asked = COMPACTED.matcher(request);
        if (step.path().contains("/kv/compaction") && asked.find()) {
            compacted = Long.parseLong(asked.group(1));
        }
        Matcher token = TOKEN.matcher(answer);
        Matcher name = NAME.matcher(request);
        if (step.path().contains("/auth/authenticate") && token.find() && name.find()) {
            callers.given(unescaped(name.group(1)), token.group(1));
        }
    }

    private static String unescaped(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(Character.toString((char) Integer.parseInt(escape.group(1), 16))));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
