package dev.mainstay.node.objectstore.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every kind of place does alike. */
public abstract class StoreContract {

    /** Two parts and a bit, of those that uploads in parts have at first. */
    protected static final int LARGE_BYTES = 17 * 1024 * 1024 + 12_345;

    /** A store with nothing in it, the same at each call within a test. */
    protected abstract ObjectStore store() throws IOException;

    @Test
    void whatIsWrittenIsFoundReadAndReplaced() throws Exception {
        Instant before = Instant.now();
        store().write("a/one", "first".getBytes(UTF_8));

        ObjectInfo info = store().find("a/one").orElseThrow();
        assertThat(info.key()).isEqualTo("a/one");
        assertThat(info.size()).isEqualTo(5);
        assertThat(info.modified())
                .isBetween(before.minusSeconds(5), Instant.now().plusSeconds(5));
        assertThat(read("a/one")).isEqualTo("first");

        store().write("a/one", "second".getBytes(UTF_8));

        assertThat(read("a/one")).isEqualTo("second");
        assertThat(store().find("a/other")).isEmpty();
        assertThat(store().find("a")).isEmpty();
        assertThat(store().find("a/one/below")).isEmpty();
    }

    @Test
    void largeObjectAppearsWholeWithItsCommit() throws Exception {
        byte[] content = random(LARGE_BYTES);
        try (ObjectUpload upload = store().upload("large")) {
            for (int from = 0; from < content.length; from += 1_000_003) {
                upload.write(content, from, Math.min(1_000_003, content.length - from));
            }
            assertThat(store().find("large")).isEmpty();
            assertThat(keys("")).isEmpty();

            upload.commit();

            assertThatThrownBy(() -> upload.write(1)).isInstanceOf(ObjectStoreException.class);
        }

        assertThat(store().find("large").orElseThrow().size()).isEqualTo(LARGE_BYTES);
        try (InputStream in = store().read("large")) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
        try (InputStream in = store().read("large", LARGE_BYTES - 10)) {
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, LARGE_BYTES - 10, LARGE_BYTES));
        }
    }

    @Test
    void uploadThatIsGivenUpLeavesNothingAndReplacesNothing() throws Exception {
        store().write("kept", "old".getBytes(UTF_8));
        try (ObjectUpload upload = store().upload("kept")) {
            upload.write(random(givenUpBytes()));
        }
        try (ObjectUpload upload = store().upload("never")) {
            upload.write(random(LARGE_BYTES));
        }

        assertThat(read("kept")).isEqualTo("old");
        assertThat(keys("")).containsExactly("kept");
    }

    @Test
    void emptyObjectIsAnObject() throws Exception {
        try (ObjectUpload upload = store().upload("empty")) {
            upload.commit();
        }

        assertThat(store().find("empty").orElseThrow().size()).isZero();
        assertThat(read("empty")).isEmpty();
    }

    @Test
    void oneOfManyCreatesAnObject() throws Exception {
        List<Callable<Boolean>> attempts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] content = ("by " + i).getBytes(UTF_8);
            attempts.add(() -> store().create("lock", content));
        }
        List<String> winners = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> outcomes = threads.invokeAll(attempts);
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i).get()) {
                    winners.add("by " + i);
                }
            }
        }

        if (createsAtOnce()) {
            assertThat(winners).hasSize(1);
        }
        assertThat(read("lock")).isIn(winners);
        assertThat(store().create("lock", "late".getBytes(UTF_8))).isFalse();
    }

    @Test
    void readsBeginAnywhereUpToTheEnd() throws Exception {
        store().write("digits", "0123456789".getBytes(UTF_8));

        try (InputStream in = store().read("digits", 7)) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("789");
        }
        try (InputStream in = store().read("digits", 10)) {
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(kindOf(() -> store().read("digits", 11))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOf(() -> store().read("letters"))).isEqualTo(Kind.MISSING);
        assertThat(kindOf(() -> store().read("letters", 3))).isEqualTo(Kind.MISSING);
    }

    @Test
    void listsInTheOrderOfKeys() throws Exception {
        for (String key : List.of("b", "a/c", "a-b", "a.b", "a/b/c", "a0", "A", "a/b.c", "a=b")) {
            store().write(key, key.getBytes(UTF_8));
        }

        assertThat(keys("")).containsExactly("A", "a-b", "a.b", "a/b.c", "a/b/c", "a/c", "a0", "a=b", "b");
        assertThat(keys("a/b")).containsExactly("a/b.c", "a/b/c");
        assertThat(keys("a/")).containsExactly("a/b.c", "a/b/c", "a/c");
        assertThat(keys("a/b/c")).containsExactly("a/b/c");
        assertThat(keys("c")).isEmpty();
    }

    @Test
    void deletesWhatIsThere() throws Exception {
        store().write("x/1", new byte[1]);
        store().write("x/2", new byte[2]);
        store().write("y", new byte[3]);

        store().delete(List.of("x/1", "x/missing", "x/2"));
        store().delete(List.of());

        assertThat(keys("")).containsExactly("y");
    }

    @Test
    void keysOfAnotherFormAreRefused() {
        for (String key :
                List.of("", "/a", "a/", "a//b", "../a", "a/../b", ".hidden", "a/.b", "a b", "ä", "x".repeat(201))) {
            assertThatThrownBy(() -> store().write(key, new byte[0]))
                    .as(key)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nothingIsAbandonedThatIsYoungOrDone() throws Exception {
        store().write("done", "done".getBytes(UTF_8));
        try (ObjectUpload upload = store().upload("young")) {
            upload.write(random(9 * 1024 * 1024));
            store().abandonUploads("", Duration.ofHours(1));
            upload.commit();
        }

        assertThat(keys("")).containsExactly("done", "young");
    }

    /** How far an upload to a key that has an object gets before it is given up. */
    protected int givenUpBytes() {
        return LARGE_BYTES;
    }

    /** Whether the server lets one of several create an object, even at the same moment. */
    protected boolean createsAtOnce() {
        return true;
    }

    /** All keys that begin so. */
    protected final List<String> keys(String prefix) throws Exception {
        List<String> keys = new ArrayList<>();
        store().list(prefix, info -> keys.add(info.key()));
        return keys;
    }

    /** An object's text. */
    protected final String read(String key) throws Exception {
        try (InputStream in = store().read(key)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** Always the same bytes. */
    protected static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Why this fails. */
    protected static Kind kindOf(Attempt attempt) {
        return failure(attempt).kind();
    }

    /** How this fails. */
    protected static ObjectStoreException failure(Attempt attempt) {
        ObjectStoreException failure = catchThrowableOfType(ObjectStoreException.class, attempt::run);
        assertThat(failure).as("a failure").isNotNull();
        return failure;
    }

    /** What may fail. */
    protected interface Attempt {
        void run() throws IOException;
    }
}
