package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StateHashesTest {

    private final StateHashes hashes = new StateHashes();

    @Test
    void indexWithoutAnEntryHasTheHashOfTheOneBefore() {
        add(3);
        add(7);
        add(8);

        assertThat(hashes.at(3)).contains(hash(3));
        assertThat(hashes.at(6)).contains(hash(3));
        assertThat(hashes.at(7)).contains(hash(7));
        assertThat(hashes.at(8)).contains(hash(8));
        assertThat(hashes.newest()).isEqualTo(new StateHashes.At(8, hash(8)));
    }

    @Test
    void whatIsNotAppliedYetOrForgottenIsUnknown() {
        add(3);
        assertThat(hashes.at(2)).isEmpty();
        assertThat(hashes.at(4)).isEmpty();

        for (int i = 1; i <= 3 * StateHashes.KEPT; i++) {
            add(3 + 2L * i);
        }

        long newest = 3 + 6L * StateHashes.KEPT;
        long oldest = newest - 2L * (StateHashes.KEPT - 1);
        for (long index = oldest; index <= newest; index++) {
            assertThat(hashes.at(index)).contains(hash(index - (index - oldest) % 2));
        }
        assertThat(hashes.at(oldest - 1)).isEmpty();
        assertThat(hashes.at(newest + 1)).isEmpty();
    }

    @Test
    void newOriginMakesTheOldHashesVoid() {
        add(3);
        hashes.add(4, new StateHash(4, 99));

        assertThat(hashes.at(3)).isEmpty();
        assertThat(hashes.at(4)).contains(new StateHash(4, 99));
    }

    private void add(long index) {
        hashes.add(index, hash(index));
    }

    private static StateHash hash(long index) {
        return new StateHash(0, index * 31);
    }
}
