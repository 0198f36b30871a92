package dev.mainstay.node.objectstore.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClientBuilder;
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
import dev.mainstay.node.objectstore.testing.FaultyProxy.LoseAnswer;
import dev.mainstay.node.objectstore.testing.RemoteStoreContract;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a server of ours for the REST API ({@link AzureServer}), or against Azurite with {@code -Dazurite.port=10000}, with a network
 * between that fails.
 */
@Timeout(60)
class AzureStoreTest extends RemoteStoreContract {

    private static final Backoff QUICK = new Backoff(4, Duration.ofMillis(5), Duration.ofMillis(20));

    private static final @Nullable Integer AZURITE = Integer.getInteger("azurite.port");

    /** The key that every emulator has. */
    private static final String KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    @TempDir
    Path directory;

    private final String prefix = "test" + new Random().nextLong(1L << 40);
    private @Nullable AzureServer server;
    private FaultyProxy proxy;
    private ObjectStore store;

    @BeforeEach
    void start() throws Exception {
        Files.writeString(directory.resolve("key"), KEY);
        if (AZURITE == null) {
            server = new AzureServer();
            proxy = new FaultyProxy(server.port());
        } else {
            proxy = new FaultyProxy(AZURITE);
            new BlobContainerClientBuilder()
                    .connectionString("DefaultEndpointsProtocol=http;AccountName=" + account() + ";AccountKey=" + KEY
                            + ";BlobEndpoint=http://127.0.0.1:" + AZURITE + "/" + account() + ";")
                    .containerName("backups")
                    .buildClient()
                    .createIfNotExists();
        }
        store = open("backups");
    }

    @AfterEach
    void stop() throws Exception {
        store.close();
        proxy.close();
        if (server != null) {
            server.close();
        }
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
        return "^PUT";
    }

    @Test
    void troublesOfTheStoreAreWaitedOut() throws Exception {
        proxy.on("^PUT", 2, error(503, "ServerBusy"));
        proxy.on("^PUT", 1, error(500, "InternalError"));
        store.write("a", "a".getBytes(UTF_8));
        proxy.on("^GET", 2, error(503, "ServerBusy"));

        assertThat(read("a")).isEqualTo("a");
    }

    @Test
    void whatDoesNotPassIsToldInItsKind() {
        assertThat(kindOfWriteAt(error(503, "ServerBusy"))).isEqualTo(Kind.THROTTLED);
        assertThat(kindOfWriteAt(error(500, "InternalError"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindOfWriteAt(error(403, "AuthorizationPermissionMismatch"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(401, "InvalidAuthenticationInfo"))).isEqualTo(Kind.DENIED);
        assertThat(kindOfWriteAt(error(413, "RequestBodyTooLarge"))).isEqualTo(Kind.FULL);
        assertThat(kindOfWriteAt(error(400, "Md5Mismatch"))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOfWriteAt(error(
                        403, "AuthenticationFailed", "Request date header too old: 'Sun, 22 Nov 2026 10:00:00 GMT'")))
                .isEqualTo(Kind.CLOCK_SKEW);
    }

    @Test
    void readGoesOnWhereItsConnectionBroke() throws Exception {
        byte[] content = random(9_000_000);
        store.write("a", content);
        proxy.on("^GET", 1, new CutDownload(1_500_000));
        try (InputStream in = store.read("a")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
        assertThat(proxy.count("^GET")).isEqualTo(4);

        try (InputStream in = store.read("a")) {
            in.readNBytes(1_000);
            proxy.on("^GET", 1, error(503, "ServerBusy"));
            assertThat(in.readAllBytes()).hasSize(content.length - 1_000);
        }
        assertThat(proxy.count("^GET")).isGreaterThanOrEqualTo(8);
    }

    @Test
    void objectThatIsReplacedWhileItIsReadIsNeverMixed() throws Exception {
        store.write("a", random(9_000_000));

        ObjectStoreException failure = failure(() -> {
            try (InputStream in = store.read("a")) {
                in.readNBytes(1_000);
                store.write("a", random(9_000_001));
                in.readAllBytes();
            }
        });

        assertThat(failure.kind()).isEqualTo(Kind.DAMAGED);
    }

    @Test
    void uploadSurvivesCutPartsAndLostAnswers() throws Exception {
        byte[] content = random(LARGE_BYTES);
        proxy.on("^PUT .*comp=block&", 1, new CutUpload(1_000_000));
        proxy.on("^PUT .*comp=block&", 1, new LoseAnswer());
        proxy.on("^PUT .*comp=blocklist", 1, new LoseAnswer());

        try (ObjectUpload upload = store.upload("large")) {
            upload.write(content);
            upload.commit();
        }

        try (InputStream in = store.read("large")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void settingsThatDoNotFitAreTold() {
        assertThat(kindOf(() -> open(Map.of()))).isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() ->
                        open(Map.of("account-key-file", directory.resolve("key").toString()))))
                .isEqualTo(Kind.BAD_SETTING);
        assertThat(kindOf(() -> open(Map.of(
                        "account",
                        "a",
                        "account-key-file",
                        directory.resolve("key").toString(),
                        "sas-token-file",
                        directory.resolve("key").toString()))))
                .isEqualTo(Kind.BAD_SETTING);
    }

    private static String account() {
        return AZURITE == null ? "account" : "devstoreaccount1";
    }

    @Override
    protected ObjectStore open(String container) throws ObjectStoreException {
        return AzureStore.open(
                StoreSettings.of(
                        URI.create("azblob://" + container + "/" + prefix),
                        Map.of(
                                "endpoint-url",
                                proxy.url() + "/" + account(),
                                "account",
                                account(),
                                "account-key-file",
                                directory.resolve("key").toString())),
                QUICK);
    }

    private static void open(Map<String, String> options) throws ObjectStoreException {
        AzureStore.open(StoreSettings.of(URI.create("azblob://backups"), options))
                .close();
    }

    private static Answer error(int status, String code) {
        return error(status, code, "told so");
    }

    private static Answer error(int status, String code, String message) {
        return new Answer(
                status,
                "Content-Type: application/xml\r\nx-ms-error-code: " + code + "\r\n",
                "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + message + "</Message></Error>");
    }
}
