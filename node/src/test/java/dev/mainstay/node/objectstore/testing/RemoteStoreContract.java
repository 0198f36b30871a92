package dev.mainstay.node.objectstore.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.testing.FaultyProxy.Answer;
import dev.mainstay.node.objectstore.testing.FaultyProxy.LoseAnswer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every kind of place does alike that is reached over a network which fails. */
public abstract class RemoteStoreContract extends StoreContract {

    /** The network. */
    protected abstract FaultyProxy proxy();

    /** A store in this bucket or container. */
    protected abstract ObjectStore open(String bucket) throws IOException;

    /** The requests, as {@link FaultyProxy#on} knows them, that write a small object. */
    protected abstract String writing();

    @Test
    void missingBucketIsNoMissingObject() throws Exception {
        try (ObjectStore elsewhere = open("elsewhere")) {
            assertThat(kindOf(() -> elsewhere.find("a"))).isEqualTo(Kind.BAD_SETTING);
            assertThat(kindOf(() -> elsewhere.read("a"))).isEqualTo(Kind.BAD_SETTING);
            assertThat(kindOf(() -> elsewhere.write("a", new byte[1]))).isEqualTo(Kind.BAD_SETTING);
            assertThat(kindOf(() -> elsewhere.list("", _ -> {}))).isEqualTo(Kind.BAD_SETTING);
            assertThat(kindOf(() -> elsewhere.delete(List.of("a")))).isEqualTo(Kind.BAD_SETTING);
        }
    }

    @Test
    void storeThatIsGoneIsUnreachable() throws Exception {
        ObjectStore store = store();
        proxy().goAway();

        assertThat(kindOf(() -> store.find("a"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(kindOf(() -> store.write("a", new byte[1]))).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void creationWhoseAnswerIsLostIsStillOurs() throws Exception {
        proxy().on(writing(), 1, new LoseAnswer());

        assertThat(store().create("lock", "ours".getBytes(UTF_8))).isTrue();
        assertThat(store().create("lock", "theirs".getBytes(UTF_8))).isFalse();
    }

    /** How a write ends that is answered like this each time. */
    protected Kind kindOfWriteAt(Answer answer) {
        proxy().heal();
        proxy().on(writing(), 100, answer);
        try {
            return kindOf(() -> store().write("a", new byte[1]));
        } finally {
            proxy().heal();
        }
    }
}
