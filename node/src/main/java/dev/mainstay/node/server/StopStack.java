package dev.mainstay.node.server;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was started, in order; closing stops it in reverse, once, and goes on past what fails to stop. */
final class StopStack implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(StopStack.class.getName());

    private final Deque<Step> steps = new ArrayDeque<>();

    private volatile boolean empty = true;

    private record Step(String name, AutoCloseable part) {}

    /** Notes that a part was started, and hands it back. */
    synchronized <T extends AutoCloseable> T started(String name, T part) {
        steps.push(new Step(name, part));
        empty = false;
        return part;
    }

    /** Whether there is nothing to stop. Doesn't wait for a stop under way. */
    boolean isEmpty() {
        return empty;
    }

    @Override
    public synchronized void close() {
        empty = true;
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.part().close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "could not stop the " + step.name() + " cleanly", e);
            }
        }
    }
}
