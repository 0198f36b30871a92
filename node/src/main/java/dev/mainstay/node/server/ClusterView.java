package dev.mainstay.node.server;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;

/**
 * The members as this member knows them.
 *
 * @param table what the cluster has recorded
 * @param configured what counts until it has recorded anything
 */
record ClusterView(MemberTable table, Members configured) {

    Members members() {
        Members recorded = table.now();
        return recorded.isEmpty() ? configured : recorded;
    }

    /** Whether a member gets the log without a vote. */
    boolean isLearner(long memberId) {
        return members().find(memberId).filter(Member::learner).isPresent();
    }
}
