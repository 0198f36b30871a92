package dev.mainstay.node.leader;

import dev.mainstay.node.common.Caller;

/**
 * A change of members and who wants it.
 *
 * @param caller a user or nobody
 */
record MemberWish(MemberChange change, Caller caller) {}
