package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.storage.MemoryStore;
import org.junit.jupiter.api.Test;

class KvHashTest {

    @Test
    void emptyStoreDoesntLookLikeAnAnswerWithoutAHash() {
        assertThat(KvStore.open(new MemoryStore()).hash(0))
                .isInstanceOfSatisfying(
                        HashRead.Hashed.class,
                        hashed -> assertThat(hashed.hash()).isNotZero());
    }
}
