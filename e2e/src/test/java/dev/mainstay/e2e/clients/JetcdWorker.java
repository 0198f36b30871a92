package dev.mainstay.e2e.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * One thread of an application: puts new keys, reads them, and moves a counter on by transactions. What fails is tried again,
 * as jetcd itself repeats only what it knows to be harmless; everything done here bears that.
 */
final class JetcdWorker implements Runnable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long CALL_SECONDS = 5;
    private static final long PAUSE_MILLIS = 50;

    private final KV kv;
    private final String prefix;
    private final LongAdder acknowledgements;
    private final Map<String, String> acknowledged = new HashMap<>();
    private volatile boolean stopping;

    /**
     * @param prefix of its keys, which no other worker uses
     * @param acknowledgements counts what worked
     */
    JetcdWorker(Client client, String prefix, LongAdder acknowledgements) {
        this.kv = client.getKVClient();
        this.prefix = prefix;
        this.acknowledgements = acknowledgements;
    }

    @Override
    public void run() {
        ByteSequence counter = bytes(prefix + "counter");
        long revision = 0;
        for (int n = 0; !stopping; n++) {
            String key = prefix + n;
            String value = "v" + n;
            persistently(() -> kv.put(bytes(key), bytes(value)));
            acknowledged.put(key, value);
            acknowledgements.increment();
            List<KeyValue> read = persistently(() -> kv.get(bytes(key))).getKvs();
            assertThat(read)
                    .as("%s", key)
                    .extracting(pair -> text(pair.getValue()))
                    .containsExactly(value);
            acknowledgements.increment();
            revision = replace(counter, bytes("c" + n), revision);
            acknowledged.put(prefix + "counter", "c" + n);
            acknowledgements.increment();
        }
    }

    /** Lets it finish what it is doing. */
    void stop() {
        stopping = true;
    }

    /** What it was told has been written, by key; to be looked at when it has ended. */
    Map<String, String> acknowledged() {
        return acknowledged;
    }

    /** Sets the value if the key is still at this revision, and finds out whether it did when it wasn't told. */
    private long replace(ByteSequence key, ByteSequence value, long revision) {
        TxnResponse answer = persistently(() -> kv.txn()
                .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision)))
                .Then(Op.put(key, value, PutOption.DEFAULT))
                .Else(Op.get(key, GetOption.DEFAULT))
                .commit());
        if (answer.isSucceeded()) {
            return answer.getHeader().getRevision();
        }
        // Nobody else writes here: an earlier attempt has done it.
        KeyValue found = answer.getGetResponses().getFirst().getKvs().getFirst();
        assertThat(found.getValue())
                .as("%s, which was at %s and is at %s", key, revision, found.getModRevision())
                .isEqualTo(value);
        return found.getModRevision();
    }

    private static <T> T persistently(Supplier<CompletableFuture<T>> call) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return call.get().get(CALL_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("in vain for " + PATIENCE, e);
                }
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static String text(ByteSequence bytes) {
        return bytes.toString(UTF_8);
    }
}
