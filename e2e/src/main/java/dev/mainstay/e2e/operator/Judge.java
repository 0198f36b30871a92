package dev.mainstay.e2e.operator;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.history.HistoryReader;
import dev.mainstay.e2e.server.Pause;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads through a cluster's service until told to stop, then reads the whole history and looks for everything that was
 * acknowledged. Runs in a pod:
 *
 * <pre>Judge ENDPOINT RUN FOLDER [CERTIFICATES]</pre>
 *
 * In the folder it writes {@code progress} again and again, stops when there is a file {@code stop}, and then writes {@code result}, which
 * begins with "kept" or with what was lost. RUN keeps its keys apart from those of others.
 */
public final class Judge {
    private static final int WRITERS = 4;
    private static final long TELL_MILLIS = 250;
    private static final int ATTEMPTS = 60;
    private static final int DEADLINE_SECONDS = 10;

    private final Connection connection;
    private final Path folder;
    private final String prefix;
    private final Tally tally = new Tally();
    private final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();

    private Judge(Connection connection, Path folder, String prefix) {
        this.connection = connection;
        this.folder = folder;
        this.prefix = prefix;
    }

    /** See above. */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[2]);
        try (Connection connection = new Connection(arguments[0], arguments.length > 3 ? arguments[3] : "")) {
            new Judge(connection, folder, "judge/" + arguments[1] + "/").run();
        }
    }

    private void run() {
        long from = revision() + 1;
        List<Thread> writers = new ArrayList<>();
        for (int n = 0; n < WRITERS; n++) {
            JudgeWriter writer = new JudgeWriter(prefix + n + "/", connection.open(), tally, this::stopped);
            writers.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((_, failure) -> wrong.compareAndSet(null, failure))
                    .start(writer));
        }
        while (!stopped()) {
            tell("progress", tally.text());
            Pause.millis(TELL_MILLIS);
        }
        writers.forEach(Judge::join);
        String text = tally.text();
        Throwable failure = wrong.get();
        tell("result", (failure == null ? verdict(from) : "wrong: " + failure.getMessage()) + "\n" + text);
    }

    private boolean stopped() {
        return wrong.get() != null || Files.exists(folder.resolve("stop"));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private long revision() {
        StatusRuntimeException last = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try (EtcdClient client = new EtcdClient(connection.open())) {
                return client.kv()
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(prefix))
                                .build())
                        .getHeader()
                        .getRevision();
            } catch (StatusRuntimeException e) {
                last = e;
                Pause.millis(1000);
            }
        }
        throw new IllegalStateException("no answer in " + ATTEMPTS + " attempts", last);
    }

    /** Every acknowledged write must be the event at its revision, and no key may be behind the last of its own. */
    private String verdict(long from) {
        List<String> lost = new ArrayList<>();
        try (EtcdClient client = new EtcdClient(connection.open())) {
            long to = Math.max(revision(), tally.highestRevision());
            lost.addAll(behind(client));
            if (!compacted(client, from)) {
                lost.addAll(missing(HistoryReader.read(client, from, to)));
            }
        }
        return lost.isEmpty() ? "kept" : "lost " + lost.size() + ": " + lost.subList(0, Math.min(10, lost.size()));
    }

    private List<String> behind(EtcdClient client) {
        Map<ByteString, Tally.Acknowledged> last = new LinkedHashMap<>();
        tally.acknowledged()
                .forEach(write -> last.merge(write.key(), write, (a, b) -> a.revision() > b.revision() ? a : b));
        List<String> behind = new ArrayList<>();
        for (Tally.Acknowledged write : last.values()) {
            RangeResponse found = client.kv()
                    .range(RangeRequest.newBuilder().setKey(write.key()).build());
            if (found.getKvsCount() == 0 || found.getKvs(0).getModRevision() < write.revision()) {
                behind.add(text(write) + " is now " + found.getKvsList());
            }
        }
        return behind;
    }

    private List<String> missing(NavigableMap<Long, List<Event>> history) {
        return tally.acknowledged().stream()
                .filter(write -> history.getOrDefault(write.revision(), List.of()).stream()
                        .map(Event::getKv)
                        .noneMatch(pair -> same(pair, write)))
                .map(Judge::text)
                .toList();
    }

    private boolean compacted(EtcdClient client, long revision) {
        try {
            var _ = client.kv()
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(prefix))
                            .setRevision(revision)
                            .build());
            return false;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE
                    && String.valueOf(e.getStatus().getDescription()).contains("compacted")) {
                return true;
            }
            throw e;
        }
    }

    private static String text(Tally.Acknowledged write) {
        return write.key().toStringUtf8() + "=" + write.value().toStringUtf8() + " at " + write.revision();
    }

    private static boolean same(KeyValue pair, Tally.Acknowledged write) {
        return pair.getKey().equals(write.key()) && pair.getValue().equals(write.value());
    }

    private void tell(String name, String text) {
        try {
            Path part = folder.resolve(name + ".part");
            Files.writeString(part, text);
            Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
