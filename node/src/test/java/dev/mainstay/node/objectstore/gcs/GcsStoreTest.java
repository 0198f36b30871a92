package dev.mainstay.node.objectstore.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.testing.FaultyProxy;
import dev.mainstay.node.objectstore.testing.FaultyProxy.Answer;
import dev.mainstay.node.objectstore.testing.FaultyProxy.CutDownload;
import dev.mainstay.node.objectstore.testing.FaultyProxy.LoseAnswer;
import dev.mainstay.node.objectstore.testing.RemoteStoreContract;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of ours for the JSON API ({@link GcsServer}), with a network between that fails. */
@Timeout(60)
class GcsStoreTest extends RemoteStoreContract {

    private static final Backoff QUICK = new Backoff(4, Duration.ofMillis(5), Duration.ofMillis(20));

    private GcsServer server;
    private FaultyProxy proxy;
    private ObjectStore store;

    @BeforeEach
    void start() throws Exception {
        server = new GcsServer();
        proxy = new FaultyProxy(server.port());
        store = open("backups");
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
        proxy.close();
        server.close();
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected FaultyProxy proxy() {
        return proxy;
    }

    @Override
    protected String writing() {
        return "^POST";
    }

    @Test
    void troublesOfTheStoreAreWaitedOut() throws Exception {
        proxy.on("^POST", 2, error(503, "backendError"));
        store.write("a", "a".getBytes(UTF_8));
        proxy.on("^GET", 2, error(429, "rateLimitExceeded"));

        assertThat(read("a")).isEqualTo("a");
    }

    @Test
    void whatDoesNotPassIsToldInItsKind() {
        assertThat(kindOfWriteAt(error(503, "backendError"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindOfWriteAt(error(429, "rateLimitExceeded"))).isEqualTo(Kind.THROTTLED);
        assertThat(kindOfWriteAt(error(401, "authError"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(403, "forbidden"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(403, "quotaExceeded"))).isEqualTo(Kind.FULL);
        assertThat(kindOfWriteAt(error(413, "uploadTooLarge"))).isEqualTo(Kind.FULL);
    }

    @Test
    void readGoesOnWhereItsConnectionBroke() throws Exception {
        byte[] content = random(5_000_000);
        store.write("a", content);
        proxy.on("^GET .*alt=media", 1, new CutDownload(1_500_000));
        proxy.on("^GET .*alt=media", 1, new CutDownload(10));

        try (InputStream in = store.read("a")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
        assertThat(proxy.count("^GET .*alt=media")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void objectThatIsReplacedWhileItIsReadIsNeverMixed() throws Exception {
        store.write("a", random(5_000_000));
        proxy.on("^GET .*alt=media", 1, new CutDownload(1_500_000));

        ObjectStoreException failure = failure(() -> {
            try (InputStream in = store.read("a")) {
                in.readNBytes(1_000);
                store.write("a", random(5_000_001));
                in.readAllBytes();
            }
        });

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void uploadSurvivesTroublesAndLostAnswers() throws Exception {
        byte[] content = random(LARGE_BYTES);
        proxy.on("^POST .*resumable", 1, error(503, "backendError"));
        proxy.on("^PUT /session", 1, error(503, "backendError"));
        proxy.on("^PUT /session", 1, new LoseAnswer());

        try (ObjectUpload upload = store.upload("large")) {
            upload.write(content);
            upload.commit();
        }

        try (InputStream in = store.read("large")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void credentialsThatAreNoneAreToldAsSuch(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("credentials.json"), "{}");

        assertThat(kindOf(() -> GcsStore.open(
                        StoreSettings.of(URI.create("gs://b"), Map.of("credentials-file", file.toString())))))
                .isEqualTo(Kind.BAD_SETTING);
    }

    @Override
    protected ObjectStore open(String bucket) throws ObjectStoreException {
        return GcsStore.open(
                StoreSettings.of(URI.create("gs://" + bucket + "/some/prefix"), Map.of("--endpoint-url", proxy.url())),
                QUICK);
    }

    private static Answer error(int status, String reason) {
        return new Answer(
                status,
                "Content-Type: application/json\r\n",
                "{\"error\":{\"code\":" + status + ",\"message\":\"told so\",\"errors\":[{\"reason\":\"" + reason
                        + "\",\"message\":\"told so\"}]}}");
    }
}
