package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A map that forgets on a crash all that wasn't flushed to its file, as the real state does. */
final class FileState implements ReplicatedState {

    private final Path file;
    private final Map<String, String> map = new ConcurrentHashMap<>();
    private final AtomicInteger batches = new AtomicInteger();
    private volatile LogPosition applied = new LogPosition(0, 0);
    private volatile LogPosition durable = new LogPosition(0, 0);
    private volatile Runnable onApply = () -> {};
    private long revision;

    FileState(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try (var in = new DataInputStream(Files.newInputStream(file))) {
                applied = new LogPosition(in.readLong(), in.readLong());
                durable = applied;
                revision = in.readLong();
                for (int left = in.readInt(); left > 0; left--) {
                    map.put(in.readUTF(), in.readUTF());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public synchronized List<List<Outcome>> apply(LogPosition position, List<CommandBatch> entry) {
        onApply.run();
        if (position.index() <= applied.index()) {
            throw new IllegalStateException("index " + position.index() + " after " + applied.index());
        }
        List<List<Outcome>> outcomes = entry.stream().map(this::apply).toList();
        applied = position;
        batches.addAndGet(entry.size());
        return outcomes;
    }

    private List<Outcome> apply(CommandBatch batch) {
        var outcomes = new ArrayList<Outcome>();
        for (Command command : batch.commands()) {
            if (command instanceof Put put) {
                map.put(put.key().toString(), put.value().toString());
                outcomes.add(new Outcome.PutDone(++revision, null));
            } else {
                outcomes.add(new Outcome.Done(revision));
            }
        }
        return outcomes;
    }

    @Override
    public LogPosition durable() {
        return durable;
    }

    @Override
    public synchronized void flush() {
        Path temporary = file.resolveSibling("state.tmp");
        try (var out = new DataOutputStream(Files.newOutputStream(temporary))) {
            out.writeLong(applied.term());
            out.writeLong(applied.index());
            out.writeLong(revision);
            out.writeInt(map.size());
            for (var entry : map.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeUTF(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        durable = applied;
    }

    /** Runs on the apply thread before each batch. */
    void onApply(Runnable action) {
        onApply = action;
    }

    int batches() {
        return batches.get();
    }

    Map<String, String> map() {
        return map;
    }
}
