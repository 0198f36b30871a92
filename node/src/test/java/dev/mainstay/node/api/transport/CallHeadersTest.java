package dev.mainstay.node.api.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallHeadersTest {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<byte[]> BINARY = Metadata.Key.of("x-bin", Metadata.BINARY_BYTE_MARSHALLER);

    @ParameterizedTest
    @CsvSource({
        "1n, 1",
        "7u, 7000",
        "50m, 50000000",
        "5S, 5000000000",
        "2M, 120000000000",
        "1H, 3600000000000",
        "99999999H, 9223372036854775807",
        "99999999M, 5999999940000000000"
    })
    void timeoutHasADigitAndAUnit(String text, long nanos) {
        assertThat(CallHeaders.timeoutNanos(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "S", "5", "123456789S", "-1S", "+1S", "1s", "1.5S", "soon", "٣S"})
    void anythingElseIsNoTimeout(String text) {
        assertThatThrownBy(() -> CallHeaders.timeoutNanos(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("malformed grpc-timeout: " + text);
    }

    @Test
    void messagesArePercentEncodedAsUtf8() {
        assertThat(CallHeaders.percentEncode("etcdserver: no leader")).isEqualTo("etcdserver: no leader");
        assertThat(CallHeaders.percentEncode("100% ü\n")).isEqualTo("100%25 %C3%BC%0A");
    }

    @Test
    void metadataLeavesTheTransportsHeadersOut() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("grpc-timeout", "1S")
                .add("token", "abc")
                .add("x-bin", "AQI")
                .add("y-bin", "!");

        Metadata metadata = CallHeaders.metadata(headers);

        assertThat(metadata.keys()).containsExactlyInAnyOrder("token", "x-bin");
        assertThat(metadata.get(TOKEN)).isEqualTo("abc");
        assertThat(metadata.get(BINARY)).containsExactly(1, 2);
    }

    @Test
    void metadataSurvivesTheWayThereAndBack() {
        Metadata metadata = new Metadata();
        metadata.put(TOKEN, "abc");
        metadata.put(BINARY, new byte[] {0, -1, 7});
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();

        CallHeaders.put(metadata, headers);
        Metadata back = CallHeaders.metadata(headers);

        assertThat(back.get(TOKEN)).isEqualTo("abc");
        assertThat(back.get(BINARY)).containsExactly(0, -1, 7);
    }

    @Test
    void statusIsNumberAndMessage() {
        MultiMap trailers = MultiMap.caseInsensitiveMultiMap();

        CallHeaders.put(Status.NOT_FOUND.withDescription("50%"), trailers);

        assertThat(trailers.get("grpc-status")).isEqualTo("5");
        assertThat(trailers.get("grpc-message")).isEqualTo("50%25");
    }

    @Test
    void successHasNoMessage() {
        MultiMap trailers = MultiMap.caseInsensitiveMultiMap();

        CallHeaders.put(Status.OK.withDescription("ignored"), trailers);

        assertThat(trailers.get("grpc-status")).isEqualTo("0");
        assertThat(trailers.contains("grpc-message")).isFalse();
    }
}
