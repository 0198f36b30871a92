package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitNewsTest {

    private static final long MEMBER = 7;

    private final CommitNews news = new CommitNews();

    @Test
    void nobodyWaitsForNothing() {
        assertThat(news.isAwaited(MEMBER, 0)).isFalse();
    }

    @Test
    void memberWaitsWhileItsBatchIsUnderWay() {
        news.forwarded(MEMBER);

        assertThat(news.isAwaited(MEMBER, 1_000)).isTrue();
        assertThat(news.isAwaited(MEMBER + 1, 0)).isFalse();
    }

    @Test
    void memberWaitsUntilItIsToldOfItsBatch() {
        news.forwarded(MEMBER);
        news.settled(MEMBER, 12);

        assertThat(news.isAwaited(MEMBER, 11)).isTrue();
        assertThat(news.isAwaited(MEMBER, 12)).isFalse();
    }

    @Test
    void laterBatchKeepsItWaiting() {
        news.forwarded(MEMBER);
        news.forwarded(MEMBER);
        news.settled(MEMBER, 12);

        assertThat(news.isAwaited(MEMBER, 12)).isTrue();
        news.settled(MEMBER, 11);
        assertThat(news.isAwaited(MEMBER, 12)).isFalse();
    }
}
