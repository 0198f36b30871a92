package dev.mainstay.node.api.audit;

import com.google.protobuf.Message;
import dev.mainstay.node.common.KeyRange;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a member records of its calls. Any thread. */
public final class Audit {

    private final AuditPolicy policy;
    private final AuditLog log;
    private final InstantSource clock;
    private final RequestForm form;
    private final String prefix;
    private final AtomicLong calls = new AtomicLong();
    private final LongAdder refused = new LongAdder();

    /** Records by a policy, to a log that its opener closes. */
    public Audit(AuditPolicy policy, AuditLog log, InstantSource clock) {
        this.policy = policy;
        this.log = log;
        this.clock = clock;
        this.form = new RequestForm(policy.keys());
        this.prefix = Long.toHexString(clock.millis()) + "-";
    }

    /** Whether calls of a method are never recorded. */
    public boolean passesOver(String method) {
        return policy.passesOver(method);
    }

    /** Whether calls of a method may have to wait for their record. */
    public boolean mayRefuse(String method) {
        return policy.mayRefuse(method);
    }

    /** What becomes of a request. */
    public AuditPolicy.Decision decide(String method, String user, Message request) {
        List<KeyRange> ranges = RequestKeys.of(request);
        return policy.decide(method, user, ranges);
    }

    /** What becomes of a call that has brought no request. */
    public AuditPolicy.Decision decide(String method, String user) {
        return policy.decide(method, user, List.of());
    }

    /** A name for a call that no other call has. */
    public String nextCall() {
        return prefix + calls.incrementAndGet();
    }

    /** Now. */
    public java.time.Instant now() {
        return clock.instant();
    }

    /** Records; done when that is written, fails if it couldn't be. */
    public CompletableFuture<Void> record(AuditRecord record) {
        return log.write(record.line(form));
    }

    /** A call was refused since it couldn't be recorded. */
    public void refused() {
        refused.increment();
    }

    /** Calls refused since they couldn't be recorded. */
    public long refusals() {
        return refused.sum();
    }
}
