package dev.mainstay.operator.member;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches members' metrics by HTTP. Any thread. */
final class MetricsCall {

    private static final Duration LIMIT = Duration.ofSeconds(3);
    private static final long MAX_PAGE_BYTES = 8L << 20;
    private static final int OK = 200;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();

    /** The page; throws {@link MemberCallException} if it doesn't come in time, or is no page of metrics. */
    String page(String endpoint) {
        CompletableFuture<HttpResponse<String>> call = http.sendAsync(
                HttpRequest.newBuilder(URI.create("http://" + endpoint + "/metrics"))
                        .timeout(LIMIT)
                        .build(),
                HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_PAGE_BYTES));
        try {
            HttpResponse<String> answer = call.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.statusCode() != OK) {
                throw failed(endpoint, new IOException("status " + answer.statusCode()));
            }
            return answer.body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(endpoint, e);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(endpoint, e);
        } finally {
            call.cancel(true);
        }
    }

    private static MemberCallException failed(String endpoint, Exception cause) {
        return new MemberCallException("metrics (at most " + LIMIT.toSeconds() + " s)", endpoint, cause);
    }
}
