package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Operation.Put;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A lone member over a directory, with a state that forgets what wasn't flushed. */
final class TestMember implements AutoCloseable {

    static final long MEMBER = 0x8e9e_05c5_2164_694dL;
    static final long CLUSTER = 0xcdf8_181e_3277_0c01L;

    final FileState state;
    final RatisMember raft;
    final RaftSettings settings;
    final CopyOnWriteArrayList<String> fatal = new CopyOnWriteArrayList<>();
    final CopyOnWriteArrayList<String> leadership = new CopyOnWriteArrayList<>();

    private TestMember(RaftSettings settings, Path directory) {
        this.settings = settings;
        this.state = new FileState(directory.resolve("state"));
        RatisLogs.quieten();
        this.raft = new RatisMember(settings, state, ConsensusMeter.NONE, (reason, cause) -> fatal.add(reason));
    }

    static TestMember open(Path directory) throws IOException {
        return open(directory, UnaryOperator.identity());
    }

    static TestMember open(Path directory, UnaryOperator<RaftSettings> change) throws IOException {
        TestMember member = unstarted(directory, change);
        member.start();
        return member;
    }

    static TestMember unstarted(Path directory, UnaryOperator<RaftSettings> change) throws IOException {
        Files.createDirectories(directory);
        return new TestMember(change.apply(RaftSettings.usual(directory, MEMBER, CLUSTER, "127.0.0.1", 0)), directory);
    }

    void start() throws IOException {
        raft.start(() -> 0, new Leadership() {
            @Override
            public void becameLeader(long term) {
                leadership.add("leader");
            }

            @Override
            public void lostLeadership() {
                leadership.add("lost");
            }
        });
    }

    CompletableFuture<Outcome> put(String key, String value) {
        return raft.propose(new Put(Bytes.utf8(key), Bytes.utf8(value), 0, false, false, false));
    }

    /** Copies a directory, the way a crash would leave it, while it is in use. */
    static Path copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }

    @Override
    public void close() {
        raft.close();
    }
}
