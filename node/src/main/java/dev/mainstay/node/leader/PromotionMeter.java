package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;

/** Told what becomes of promotions that this member decides on as the leader. Any thread; must be cheap. */
public interface PromotionMeter {

    /** Counts nothing. */
    PromotionMeter NONE = new PromotionMeter() {};

    /** A learner was given a vote. */
    default void promoted() {}

    /** A promotion was refused. */
    default void refused(ErrorCode why) {}
}
