package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What applying a command, or answering a query, came to. A refusal is a value; an exception out of apply means that the
 * state can't be trusted. {@code revision} is what the response header carries.
 */
public sealed interface Outcome {

    /** Refused; nothing changed. */
    record Refused(ErrorCode code) implements Outcome {}

    /** A range's answer. {@code count} is the number of keys in the range, whatever limit and filters. */
    record Ranged(long revision, List<KeyValue> kvs, boolean more, long count) implements Outcome {}

    /** A put's answer; {@code previous} only where asked for and there was one. */
    record PutDone(long revision, @Nullable KeyValue previous) implements Outcome {}

    /** A deletion's answer; {@code previous} in key order, empty unless asked for. */
    record Deleted(long revision, long count, List<KeyValue> previous) implements Outcome {}

    /** A transaction's answer, one result per operation of the chosen branch. */
    record TxnDone(long revision, boolean succeeded, List<Outcome> results) implements Outcome {}

    /** Done; the header's revision is all there is to say. Compactions, revocations, expiries, renewals, ticks. */
    record Done(long revision) implements Outcome {}

    /** A lease granted. */
    record Granted(long revision, long id, long ttlSeconds) implements Outcome {}

    /** The alarms an alarm command changed: one or none. */
    record AlarmsChanged(long revision, List<Alarm> alarms) implements Outcome {}

    /**
     * A token is known.
     *
     * @param index of the log entry: who has applied it knows the token
     */
    record TokenIssued(long revision, long index) implements Outcome {}

    /** The members after a change of members, by ascending unsigned id. */
    record MembersChanged(long revision, List<Member> members) implements Outcome {

        public MembersChanged {
            members = List.copyOf(members);
        }
    }
}
