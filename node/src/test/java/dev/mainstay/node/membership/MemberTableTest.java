package dev.mainstay.node.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class MemberTableTest {

    private static final Member VOTER =
            new Member(-2, "größer", List.of("http://a:1", "http://b:2"), List.of("http://c:3"), false);
    private static final Member LEARNER = Member.added(7, List.of("http://d:4"), true);

    private final MemoryStore store = new MemoryStore();
    private final MemberTable table = MemberTable.open(store);

    @Test
    void whatWasWrittenIsReadAgain() {
        write(table::put, LEARNER);
        write(table::put, VOTER);

        assertThat(MemberTable.open(store).now())
                .isEqualTo(new Members(List.of(LEARNER, VOTER), List.of()))
                .isEqualTo(table.now());
    }

    @Test
    void removedIdIsRememberedAndCannotComeBack() {
        write(table::put, LEARNER);
        write(table::put, VOTER);
        write(table::remove, LEARNER.id());

        Members again = MemberTable.open(store).now();
        assertThat(again).isEqualTo(new Members(List.of(VOTER), List.of(7L)));
        assertThat(again.isRemoved(7)).isTrue();
        assertThat(again.isRemoved(-2)).isFalse();
        assertThatThrownBy(() -> write(table::put, LEARNER)).hasMessageContaining("removed for ever");
        assertThatThrownBy(() -> write(table::remove, 8L)).hasMessageContaining("isn't there");
    }

    @Test
    void damagedRecordIsNotTakenForAMember() {
        write(table::put, VOTER);
        byte[] value = MemberRecord.value(VOTER);
        byte[] key = MemberRecord.key(VOTER.id());

        for (int length = 0; length < value.length; length++) {
            byte[] part = java.util.Arrays.copyOf(value, length);
            assertThatThrownBy(() -> MemberRecord.decode(key, part)).hasMessageContaining("invariant broken");
        }
        byte[] newer = value.clone();
        newer[0] = 2;
        assertThatThrownBy(() -> MemberRecord.decode(key, newer)).hasMessageContaining("unknown member record");
        byte[] longer = java.util.Arrays.copyOf(value, value.length + 1);
        assertThatThrownBy(() -> MemberRecord.decode(key, longer)).hasMessageContaining("left over");
    }

    private <T> void write(BiConsumer<StoreTransaction, T> change, T what) {
        try (StoreTransaction changes = store.begin()) {
            change.accept(changes, what);
            store.write(changes);
        }
    }
}
