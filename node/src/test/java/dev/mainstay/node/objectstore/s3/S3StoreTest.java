package dev.mainstay.node.objectstore.s3;

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
import dev.mainstay.node.objectstore.testing.FaultyProxy.CutUpload;
import dev.mainstay.node.objectstore.testing.FaultyProxy.Delay;
import dev.mainstay.node.objectstore.testing.FaultyProxy.LoseAnswer;
import dev.mainstay.node.objectstore.testing.RemoteStoreContract;
import dev.mainstay.node.objectstore.testing.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against S3Mock, which is a process of its own, with a network between that fails. */
@Timeout(60)
class S3StoreTest extends RemoteStoreContract {

    private static final Backoff QUICK = new Backoff(4, Duration.ofMillis(5), Duration.ofMillis(20));

    private static final AtomicInteger TESTS = new AtomicInteger();

    @TempDir
    static Path directory;

    private static S3Server server;

    private final String prefix = "test" + TESTS.incrementAndGet();
    private FaultyProxy proxy;
    private ObjectStore store;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.start(directory);
        Files.writeString(directory.resolve("id"), "an id\n");
        Files.writeString(directory.resolve("key"), "a key\n");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws Exception {
        proxy = new FaultyProxy(server.port());
        store = open(S3Server.BUCKET, Map.of());
    }

    @AfterEach
    void disconnect() throws Exception {
        store.close();
        proxy.close();
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
    protected ObjectStore open(String bucket) throws ObjectStoreException {
        return open(bucket, Map.of());
    }

    @Override
    protected String writing() {
        return "^PUT";
    }

    /** S3Mock deletes the object that is there along with a multipart upload that is aborted, unlike S3. */
    @Override
    protected int givenUpBytes() {
        return 10;
    }

    /** S3Mock looks and then writes, so that two at the same moment may both succeed. */
    @Override
    protected boolean createsAtOnce() {
        return false;
    }

    @Test
    void throttlingAndTroublesOfTheStoreAreWaitedOut() throws Exception {
        proxy.on("^PUT", 2, error(503, "SlowDown"));
        proxy.on("^PUT", 1, error(500, "InternalError"));
        store.write("a", "a".getBytes(UTF_8));

        proxy.on("^GET .*/a", 2, error(503, "SlowDown"));
        assertThat(read("a")).isEqualTo("a");
    }

    @Test
    void whatDoesNotPassIsToldInItsKind() throws Exception {
        store.write("a", new byte[1]);

        assertThat(kindOfWriteAt(error(503, "SlowDown"))).isEqualTo(Kind.THROTTLED);
        assertThat(kindOfWriteAt(error(500, "InternalError"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindOfWriteAt(error(403, "AccessDenied"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(403, "InvalidAccessKeyId"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(403, "SignatureDoesNotMatch"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(400, "ExpiredToken"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(403, "RequestTimeTooSkewed"))).isEqualTo(Kind.CLOCK_SKEW);
        assertThat(kindOfWriteAt(error(400, "EntityTooLarge"))).isEqualTo(Kind.FULL);
        assertThat(kindOfWriteAt(error(507, "XMinioStorageFull"))).isEqualTo(Kind.FULL);
        assertThat(kindOfWriteAt(error(403, "QuotaExceeded"))).isEqualTo(Kind.FULL);
        assertThat(kindOfWriteAt(error(400, "BadDigest"))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOfWriteAt(error(400, "AuthorizationHeaderMalformed"))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOfWriteAt(error(418, "Teapot"))).isEqualTo(Kind.OTHER);

        proxy.on("^HEAD", 100, new Answer(403, "", ""));
        assertThat(kindOf(() -> store.find("a"))).isEqualTo(Kind.DENIED);
    }

    @Test
    void missingBucketIsNamed() throws Exception {
        try (ObjectStore elsewhere = open("elsewhere", Map.of())) {
            assertThat(failure(() -> elsewhere.find("a"))).hasMessageContaining("there is no bucket elsewhere");
            assertThat(kindOf(() -> write(elsewhere, random(LARGE_BYTES)))).isEqualTo(Kind.BAD_SETTING);
        }
    }

    @Test
    void readsAndLargeUploadsToAStoreThatIsGoneFailToo() throws Exception {
        proxy.goAway();

        assertThat(kindOf(() -> store.read("a"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindOf(() -> write(store, random(LARGE_BYTES)))).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void readGoesOnWhereItsConnectionBroke() throws Exception {
        byte[] content = random(5_000_000);
        store.write("a", content);
        proxy.on("^GET", 1, new CutDownload(2_000_000));
        proxy.on("^GET", 1, new CutDownload(10));
        proxy.on("^GET", 1, error(503, "SlowDown"));
        proxy.on("^GET", 1, new CutDownload(1_500_000));

        try (InputStream in = store.read("a")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
        assertThat(proxy.count("^GET")).isGreaterThanOrEqualTo(5);
    }

    @Test
    void readThatKeepsBreakingFails() throws Exception {
        store.write("a", random(1_000_000));
        proxy.on("^GET", 100, new CutDownload(1000));

        ObjectStoreException failure = failure(() -> {
            try (InputStream in = store.read("a")) {
                in.readAllBytes();
            }
        });

        assertThat(failure.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(proxy.count("^GET")).isLessThan(20);
    }

    @Test
    void objectThatIsReplacedWhileItIsReadIsNeverMixed() throws Exception {
        byte[] content = random(3_000_000);
        store.write("a", content);
        proxy.on("^GET", 1, new CutDownload(1_500_000));

        ObjectStoreException failure = failure(() -> {
            try (InputStream in = store.read("a")) {
                in.readNBytes(1_000);
                store.write("a", random(3_000_001));
                in.readAllBytes();
            }
        });

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
        assertThat(failure).hasMessageContaining("replaced");
    }

    @Test
    void uploadSurvivesCutPartsAndLostAnswers() throws Exception {
        byte[] content = random(LARGE_BYTES);
        proxy.on("^POST .*uploads", 1, error(503, "SlowDown"));
        proxy.on("^PUT .*partNumber=1&", 1, new CutUpload(1_000_000));
        proxy.on("^PUT .*partNumber=2&", 1, new LoseAnswer());
        proxy.on("^PUT .*partNumber=3&", 2, error(500, "InternalError"));
        proxy.on("^POST .*uploadId", 1, new LoseAnswer());

        write(store, content);

        try (InputStream in = store.read("large")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void uploadThatFailsLeavesNoPartsBehind() throws Exception {
        proxy.on("^PUT .*partNumber=2&", 100, error(403, "QuotaExceeded"));

        assertThat(kindOf(() -> write(store, random(LARGE_BYTES)))).isEqualTo(Kind.FULL);

        assertThat(proxy.count("^DELETE .*uploadId")).isEqualTo(1);
        assertThat(keys("")).isEmpty();
        assertThat(uploads()).isZero();
    }

    @Test
    void partsOfAKilledWriterAreTakenAwayWhenTheyAreOld() throws Exception {
        ObjectUpload killed = store.upload("chain/killed");
        killed.write(random(LARGE_BYTES));
        while (proxy.count("^PUT .*partNumber=1&") == 0) {
            Thread.onSpinWait();
        }
        store.abandonUploads("", Duration.ofHours(1));
        store.abandonUploads("other/", Duration.ofMinutes(-1));
        assertThat(uploads()).isEqualTo(1);

        store.abandonUploads("chain/", Duration.ofMinutes(-1));

        assertThat(uploads()).isZero();
        assertThat(failure(killed::commit)).isNotNull();
    }

    @Test
    void storeWithoutConditionsIsWrittenToWithout() throws Exception {
        proxy.on("^PUT", 1, error(501, "NotImplemented"));

        assertThat(store.create("lock", "ours".getBytes(UTF_8))).isTrue();
        assertThat(store.create("lock", "theirs".getBytes(UTF_8))).isFalse();
    }

    @Test
    void deletesByTheThousandAndTriesAgainWhatFailed() throws Exception {
        List<String> keys = IntStream.range(0, 1_100).mapToObj(i -> "many/" + i).toList();
        store.write("many/0", new byte[1]);
        store.write("many/1099", new byte[1]);
        proxy.on(
                "^POST .*delete",
                1,
                new Answer(
                        200,
                        "Content-Type: application/xml\r\n",
                        "<DeleteResult><Error><Key>" + prefix
                                + "/many/0</Key><Code>SlowDown</Code><Message>later</Message></Error>"
                                + "</DeleteResult>"));

        store.delete(keys);

        assertThat(keys("")).isEmpty();
        assertThat(proxy.count("^POST .*delete")).isEqualTo(3);

        store.write("kept", new byte[1]);
        proxy.on(
                "^POST .*delete",
                1,
                new Answer(
                        200,
                        "Content-Type: application/xml\r\n",
                        "<DeleteResult><Error><Key>kept</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"));
        assertThat(kindOf(() -> store.delete(List.of("kept")))).isEqualTo(Kind.DENIED);

        proxy.on("^POST .*delete", 1, error(501, "NotImplemented"));
        store.delete(List.of("kept"));
        assertThat(keys("")).isEmpty();
    }

    @Test
    void listsMoreThanAPage() throws Exception {
        proxy.on("^GET .*list-type=2", 1, error(503, "SlowDown"));
        for (int i = 0; i < 12; i++) {
            store.write("page/" + i, new byte[i]);
        }
        try (ObjectStore same = open(S3Server.BUCKET, Map.of())) {
            int[] count = {0};
            same.list("page/", _ -> count[0]++);
            assertThat(count[0]).isEqualTo(12);
        }
    }

    @Test
    void slowAnswersAreWaitedFor() throws Exception {
        proxy.on("^PUT", 1, new Delay(1_500));

        store.write("a", new byte[1]);

        assertThat(proxy.count("^PUT")).isEqualTo(1);
    }

    @Test
    void encryptionByTheStoreAndStorageClassAreAskedFor() throws Exception {
        try (ObjectStore kept = open(S3Server.BUCKET, Map.of("sse", "AES256", "storage-class", "STANDARD_IA"))) {
            kept.write("kept/small", new byte[1]);
            write(kept, random(LARGE_BYTES));
        }

        assertThat(head("kept/small").firstValue("x-amz-server-side-encryption"))
                .contains("AES256");
        assertThat(head("kept/small").firstValue("x-amz-storage-class")).contains("STANDARD_IA");
        assertThat(head("large").firstValue("x-amz-storage-class")).contains("STANDARD_IA");
        assertThat(proxy.count("(?is)^POST [^\n]*\\?uploads.*\nx-amz-server-side-encryption: AES256"))
                .as("S3Mock doesn't tell it of objects that came in parts")
                .isEqualTo(1);
    }

    @Test
    void certificatesAreThoseOfTheBundle() throws Exception {
        Path bundle = Files.writeString(directory.resolve("ca.pem"), server.certificate());
        String url = "https://localhost:" + server.tlsPort();

        try (ObjectStore unknown = open(S3Server.BUCKET, Map.of("endpoint-url", url))) {
            assertThat(failure(() -> unknown.write("a", new byte[1]))).hasMessageContaining("--ca-bundle");
        }
        try (ObjectStore known = open(S3Server.BUCKET, Map.of("endpoint-url", url, "ca-bundle", bundle.toString()))) {
            known.write("a", "a".getBytes(UTF_8));
        }
        assertThat(read("a")).isEqualTo("a");
    }

    @Test
    void badSettingsAreToldBeforeAnythingIsAsked() {
        assertThat(kindOf(() -> settings("s3:///", Map.of()).bucket())).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> settings("s3://b/../c", Map.of()).prefix())).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> settings("s3://b?x=1", Map.of()))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> settings("ftp://b", Map.of()))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> settings("s3://b", Map.of("account", "x")))).isEqualTo(Kind.BAD_SETTING);
        assertThat(failure(() -> settings("s3://b", Map.of("regions", "x")))).hasMessageContaining("--region");
        assertThat(kindOf(() -> open("b", Map.of("endpoint-url", "here")))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> open("b", Map.of("ca-bundle", "/no/such")))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> open("b", Map.of("sse", "aes")))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> open("b", Map.of("kms-key-id", "k")))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> open("b", Map.of("secret-key-file", "/no/such"))))
                .isEqualTo(Kind.BAD_SETTING);
    }

    private static void write(ObjectStore store, byte[] content) throws IOException {
        try (ObjectUpload upload = store.upload("large")) {
            upload.write(content);
            upload.commit();
        }
    }

    private HttpHeaders head(String key) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"
                                            + S3Server.BUCKET + "/" + prefix + "/" + key))
                                    .HEAD()
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .headers();
        }
    }

    /** How many multipart uploads are under way. */
    private long uploads() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"
                                            + S3Server.BUCKET + "?uploads&prefix=" + prefix))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return body.split("<UploadId>", -1).length - 1L;
        }
    }

    private ObjectStore open(String bucket, Map<String, String> more) throws ObjectStoreException {
        Map<String, String> options = new HashMap<>(Map.of(
                "--endpoint-url",
                proxy.url(),
                "--path-style",
                "true",
                "--access-key-file",
                directory.resolve("id").toString(),
                "--secret-key-file",
                directory.resolve("key").toString()));
        more.forEach((flag, value) -> options.put("--" + flag, value));
        return S3Store.open(settings("s3://" + bucket + "/" + prefix, options), QUICK);
    }

    private static StoreSettings settings(String place, Map<String, String> options) throws ObjectStoreException {
        return StoreSettings.of(URI.create(place), options);
    }

    private static Answer error(int status, String code) {
        return new Answer(
                status,
                "Content-Type: application/xml\r\n",
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>told so</Message></Error>");
    }
}
