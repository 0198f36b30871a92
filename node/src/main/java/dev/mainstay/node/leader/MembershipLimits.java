package dev.mainstay.node.leader;

/**
 * By what changes of members are judged.
 *
 * @param strict whether changes that put the quorum at risk are refused
 * @param maxLearners how many learners there may be at once
 * @param silenceMillis how long a member may be silent and still counts as connected
 * @param settleMillis how long the answer to a recorded removal or promotion waits for the log to follow
 */
public record MembershipLimits(boolean strict, int maxLearners, long silenceMillis, long settleMillis) {}
