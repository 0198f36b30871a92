package dev.mainstay.node.api.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonValuesTest {

    private static final String BODY =
            "{\"a\":\"}{\\\"\"} \n{\"b\":[{\"c\":{}},1,\"\u00e4\u20ac\ud83d\ude00\"]}{}{\"d\":null}\n";
    private static final List<String> PARTS =
            List.of("{\"a\":\"}{\\\"\"}", "{\"b\":[{\"c\":{}},1,\"\u00e4\u20ac\ud83d\ude00\"]}", "{}", "{\"d\":null}");

    @Test
    void whatFollowsTheOnlyObjectIsNotLookedAt() {
        JsonValues values = new JsonValues(1000, true);

        assertThat(values.feed(bytes("{\"a\":1}] nonsense"))).containsExactly(bytes("{\"a\":1}"));
    }

    @Test
    void objectsAreFoundHoweverTheBodyIsCut() {
        byte[] body = bytes(BODY);
        for (int size = 1; size <= body.length; size++) {
            JsonValues values = new JsonValues(1000, false);
            List<String> found = new ArrayList<>();
            for (int from = 0; from < body.length; from += size) {
                byte[] piece = Arrays.copyOfRange(body, from, Math.min(body.length, from + size));
                values.feed(piece).forEach(value -> found.add(text(value).strip()));
            }

            assertThat(found).as("in pieces of %d", size).isEqualTo(PARTS);
            assertThat(values.isComplete()).isTrue();
        }
    }

    @Test
    void objectThatIsIncompleteIsKnown() {
        JsonValues values = new JsonValues(1000, false);

        assertThat(values.isComplete()).isTrue();
        values.feed(bytes("{\"a\":1}{"));
        assertThat(values.isComplete()).isFalse();
        assertThat(values.feed(bytes("}"))).hasSize(1);
        assertThat(values.isComplete()).isTrue();
    }

    @Test
    void whatIsNotJsonIsRefused() {
        for (String body :
                List.of("{a:1}", "{\"a\":}", "{'a':1}", "]", "{\"a\":1,}", "{\"a\":tru}", "{\"a\":\"\u0001\"}")) {
            assertRefused(body, 1000, Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void depthAndSizeAreBounded() {
        assertRefused("[".repeat(100_000), 1_000_000, Status.Code.INVALID_ARGUMENT);
        assertRefused("{\"a\":\"" + "x".repeat(1000) + "\"}", 1000, Status.Code.RESOURCE_EXHAUSTED);
        assertRefused("{\"a\":\"" + "x".repeat(1000), 1000, Status.Code.RESOURCE_EXHAUSTED);
        assertRefused(" ".repeat(1001), 1000, Status.Code.RESOURCE_EXHAUSTED);
    }

    private static void assertRefused(String body, int maxBytes, Status.Code code) {
        assertThatThrownBy(() -> new JsonValues(maxBytes, false).feed(bytes(body)))
                .as("%.30s", body)
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(code));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
