package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records what clients do while they do it. A request is written down before it's sent, so that whatever happens to the
 * client, nothing it may have done is missing. Safe for any number of threads.
 */
public final class History {
    private final List<Operation> finished = new ArrayList<>();
    private final Map<Long, Operation> underWay = new LinkedHashMap<>();
    private long next;

    /** A request is about to be sent; returns its number. */
    public synchronized long asking(int client, Request request) {
        long number = next++;
        underWay.put(number, Operation.unknown(client, System.nanoTime(), request));
        return number;
    }

    /** It was answered by this member, just now. */
    public synchronized void answered(long number, long member, Answer answer) {
        long now = System.nanoTime();
        Operation asked = take(number);
        finished.add(Operation.known(asked.client(), asked.asked(), now, asked.request(), answer)
                .by(member));
    }

    /** It was surely not done and never will be. */
    public synchronized void failed(long number) {
        take(number);
    }

    /** Nobody knows whether it was or will be done. */
    public synchronized void lost(long number) {
        Operation asked = take(number);
        // Of a read that wasn't answered there is nothing to check.
        if (asked.request().mayChange()) {
            finished.add(asked);
        }
    }

    /** Everything so far; what is still under way counts as lost. */
    public synchronized List<Operation> operations() {
        List<Operation> all = new ArrayList<>(finished);
        all.addAll(underWay.values());
        return all;
    }

    private Operation take(long number) {
        Operation operation = underWay.remove(number);
        if (operation == null) {
            throw new IllegalStateException("operation " + number + " isn't under way");
        }
        return operation;
    }
}
