package dev.mainstay.node.api.transport;

import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The calls under way, so that a stop can end the streams and wait for the rest. Any thread. Single answers are only
 * counted, since there are many and they end by themselves.
 */
final class OpenCalls {

    private final Set<TransportCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private final LongAdder singles = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final long most;
    private volatile boolean stopped;

    OpenCalls(long most) {
        this.most = most;
    }

    /** Whether there is no room for one more; inexact while calls come in. Counts the refusal that must follow. */
    boolean isFull() {
        if (most == Long.MAX_VALUE || count() < most) {
            return false;
        }
        refused.increment();
        return true;
    }

    /** How often there was no room. */
    long refused() {
        return refused.sum();
    }

    /** A call came in. */
    void opened(TransportCall<?, ?> call) {
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            singles.increment();
        } else {
            streams.add(call);
        }
    }

    /** A call is over; told once per call. */
    void ended(TransportCall<?, ?> call) {
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            singles.decrement();
        } else {
            streams.remove(call);
        }
    }

    /** Whether calls that come in now must be refused. */
    boolean isStopped() {
        return stopped;
    }

    /** From now on calls are refused; open streams end with this. */
    void stop(Status status) {
        stopped = true;
        streams.forEach(call -> call.end(status));
    }

    /** How many calls have not ended; inexact while calls come in. */
    long count() {
        return singles.sum() + streams.size();
    }
}
