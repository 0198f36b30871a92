package dev.mainstay.node.apply;

import dev.mainstay.node.common.Bytes;

/** Hears of tokens that the cluster agreed on, and of their end, in the order of the log. Apply thread; must not wait. */
public interface CommittedTokens {

    /**
     * A user may show a token from now on.
     *
     * @param tokenHash SHA-256 of the token's secret part
     */
    void issued(String user, Bytes tokenHash);

    /** All tokens of a user are over. */
    void overFor(String user);

    /** All tokens are over. */
    void over();

    /** Hears of nothing. */
    CommittedTokens NONE = new CommittedTokens() {
        @Override
        public void issued(String user, Bytes tokenHash) {}

        @Override
        public void overFor(String user) {}

        @Override
        public void over() {}
    };
}
