package dev.mainstay.node.api.gateway;

import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Any text is a request of a gateway's path that protobuf reads, or refused with a status. */
public final class JsonFuzz {

    private static final List<String> PATHS =
            List.of("kv/range", "kv/put", "kv/txn", "watch", "lease/grant", "auth/role/grant", "maintenance/alarm");

    private JsonFuzz() {}

    /** One input of the fuzzer; its first byte chooses the path. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        Route route = Routes.of("/v3/" + PATHS.get((input[0] & 0xff) % PATHS.size()));
        if (route == null) {
            throw new AssertionError("a path that leads nowhere");
        }
        byte[] request;
        try {
            request = JsonMessages.parse(Arrays.copyOfRange(input, 1, input.length), route.request());
        } catch (StatusRuntimeException e) {
            return;
        }
        route.request().getParserForType().parseFrom(request);
    }

    /** Where the fuzzer begins. */
    public static List<byte[]> seeds() {
        return List.of(
                seed(
                        0,
                        "{\"key\":\"YQ==\",\"range_end\":\"AA==\",\"limit\":\"9\",\"sort_order\":\"DESCEND\",\"sortTarget\":2}"),
                seed(
                        1,
                        "{\"key\":\"YQ==\",\"value\":null,\"lease\":-1,\"prev_kv\":true,\"x\":[1.5e3,{\"y\":\"\\u00e4\"}]}"),
                seed(
                        2,
                        "{\"compare\":[{\"key\":\"YQ==\",\"target\":\"VALUE\",\"value\":\"dg==\"}],\"success\":"
                                + "[{\"request_txn\":{\"failure\":[{\"requestPut\":{\"key\":\"Yg==\"}}]}}]}"),
                seed(3, "{\"create_request\":{\"key\":\"YQ==\",\"filters\":[\"NOPUT\",1],\"watch_id\":\"7\"}}"),
                seed(
                        5,
                        "{\"name\":\"r\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"YQ==\",\"range_end\":\"Yg==\"}}"));
    }

    private static byte[] seed(int path, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        byte[] seed = new byte[text.length + 1];
        seed[0] = (byte) path;
        System.arraycopy(text, 0, seed, 1, text.length);
        return seed;
    }
}
