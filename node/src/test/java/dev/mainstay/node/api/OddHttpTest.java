package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that gRPC libraries don't send. */
class OddHttpTest {

    private static final byte[] EMPTY_RANGE = {0, 0, 0, 0, 0};

    private final ServedMember member = new ServedMember();
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = vertx.createHttpClient(
            new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        member.close();
    }

    @Test
    void clientVersionMustBeText() {
        HttpClientResponse response =
                send(HttpMethod.POST, EMPTY_RANGE, request -> request.putHeader("client-api-version", "3\u00ff"));

        assertThat(response.getHeader("grpc-status")).isEqualTo("3");
        assertThat(response.getHeader("grpc-message")).isEqualTo("etcdserver: invalid client api version");
    }

    @Test
    void onlyPostIsTaken() {
        HttpClientResponse response = send(HttpMethod.PUT, EMPTY_RANGE, request -> request);

        assertThat(response.statusCode()).isEqualTo(405);
    }

    @Test
    void otherContentTypesOfSimilarNameAreRefused() {
        HttpClientResponse response =
                send(HttpMethod.POST, EMPTY_RANGE, request -> request.putHeader("content-type", "application/grpcish"));

        assertThat(response.statusCode()).isEqualTo(415);
    }

    @Test
    void subtypesOfTheContentTypeAreTaken() {
        HttpClientResponse response = send(
                HttpMethod.POST, EMPTY_RANGE, request -> request.putHeader("content-type", "application/grpc+proto"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.getHeader("grpc-message")).isEqualTo("etcdserver: key is not provided");
    }

    @Test
    void halfAMessageIsAnError() {
        HttpClientResponse response = send(HttpMethod.POST, new byte[] {0, 0, 0, 0, 9, 1}, request -> request);

        assertThat(response.getHeader("grpc-status")).isEqualTo("13");
    }

    @Test
    void noMessageIsAnError() {
        HttpClientResponse response = send(HttpMethod.POST, new byte[0], request -> request);

        assertThat(response.getHeader("grpc-status")).isEqualTo("13");
    }

    @Test
    void unannouncedCompressionIsAnError() {
        HttpClientResponse response = send(HttpMethod.POST, new byte[] {1, 0, 0, 0, 1, 7}, request -> request);

        assertThat(response.getHeader("grpc-status")).isEqualTo("13");
    }

    @Test
    void unknownCompressionIsNamed() {
        HttpClientResponse response =
                send(HttpMethod.POST, EMPTY_RANGE, request -> request.putHeader("grpc-encoding", "squash"));

        assertThat(response.getHeader("grpc-status")).isEqualTo("12");
        assertThat(response.getHeader("grpc-message")).contains("squash");
    }

    private HttpClientResponse send(HttpMethod method, byte[] body, UnaryOperator<HttpClientRequest> change) {
        return client.request(method, member.port(), "127.0.0.1", "/etcdserverpb.KV/Range")
                .compose(request -> change.apply(request.putHeader("content-type", "application/grpc")
                                .putHeader("te", "trailers"))
                        .send(Buffer.buffer(body)))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }
}
