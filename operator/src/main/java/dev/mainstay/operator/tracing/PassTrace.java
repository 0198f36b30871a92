package dev.mainstay.operator.tracing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Notes what one pass does and how long each part takes; spans are made of it when it is over, since only then it is known which trace it
 * belongs to. One thread. When tracing is off, parts just run.
 */
public final class PassTrace {

    /** A pass that does more than this is told in part. */
    private static final int MOST_STEPS = 256;

    private final Tracing tracing;
    private final String name;
    private final String traceId;
    private final Instant begin;
    private final Map<String, String> attributes = new TreeMap<>();
    private final List<Step> steps = new ArrayList<>();
    private @Nullable String operation;

    PassTrace(Tracing tracing, String name, String traceId, Map<String, String> attributes) {
        this.tracing = tracing;
        this.name = name;
        this.traceId = traceId;
        this.begin = tracing.now();
        this.attributes.putAll(attributes);
    }

    /** Something that may fail. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, E extends Exception> {

        /** Does it. */
        T run() throws E;
    }

    /** Id of the trace that an operation gets which begins in this pass; null when tracing is off. */
    public @Nullable String fresh() {
        return traceId.isEmpty() ? null : traceId;
    }

    /** Makes the pass a part of an operation's trace; null for a trace of its own. */
    public void belongsTo(@Nullable String operationTraceId) {
        operation = operationTraceId;
    }

    /** The trace that the pass is in; null when tracing is off. */
    public @Nullable String traceId() {
        return traceId.isEmpty() || operation == null ? fresh() : operation;
    }

    /** Tells more of the pass. */
    public void tell(String attribute, String value) {
        attributes.put(attribute, value);
    }

    /** Runs a part of the pass. */
    public <T extends @Nullable Object, E extends Exception> T step(String step, Work<T, E> work) throws E {
        return step(step, Map.of(), work);
    }

    /** Runs a part of the pass, of which there is more to know. */
    public <T extends @Nullable Object, E extends Exception> T step(
            String step, Map<String, String> more, Work<T, E> work) throws E {
        if (traceId.isEmpty()) {
            return work.run();
        }
        Instant began = tracing.now();
        Throwable failure = null;
        try {
            return work.run();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            if (steps.size() < MOST_STEPS) {
                steps.add(new Step(step, began, tracing.now(), more, failure));
            }
        }
    }

    /** Runs the whole pass, and sends its spans afterwards. */
    public <T extends @Nullable Object, E extends Exception> T whole(Work<T, E> work) throws E {
        if (traceId.isEmpty()) {
            return work.run();
        }
        Throwable failure = null;
        try {
            return work.run();
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            tracing.passed(new Step(name, begin, tracing.now(), attributes, failure), traceId, operation, steps);
        }
    }
}
