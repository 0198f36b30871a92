package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Binaries;
import dev.mainstay.e2e.server.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A wall clock for each member that can be moved while it runs, by a small library that is loaded into its process. The
 * machine's clock stays as it is. Only programs that ask the C library for the time can be fooled: a JVM, not etcd. Safe for
 * any number of threads.
 */
public final class Clocks {
    private static final Duration TRIAL = Duration.ofDays(1000);

    private final Path library;
    private final Path dir;
    private final int members;

    private Clocks(Path library, Path dir, int members) {
        this.library = library;
        this.dir = dir;
        this.members = members;
        for (int member = 0; member < members; member++) {
            set(member, Duration.ZERO);
        }
    }

    /** Clocks for so many members, all of them right; nothing where there is no C compiler or its work has no effect. */
    public static Optional<Clocks> make(Path dir, int members) {
        try {
            Files.createDirectories(dir);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Path library = dir.toAbsolutePath().resolve("shift.so");
        Path source = Binaries.e2eHome().resolve("clock/shift.c");
        Command.Result compiled = Command.attempt(
                List.of("cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl"));
        if (compiled.code() != 0) {
            System.out.println("clocks: they stay right, as cc can't be used: "
                    + compiled.output().strip());
            return Optional.empty();
        }
        Clocks clocks = new Clocks(library, dir.toAbsolutePath(), members);
        return clocks.work() ? Optional.of(clocks) : Optional.empty();
    }

    /** The place of a member whose processes go by its clock. */
    public Place over(int member, Place place) {
        return place.startedBy(environment(member));
    }

    /** From now on, the member's wall clock is that far from the machine's. */
    public void set(int member, Duration ahead) {
        ByteBuffer nanos = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        nanos.putLong(0, ahead.toNanos());
        // One write in place: the process has the file mapped.
        try (FileChannel file = FileChannel.open(file(member), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            int _ = file.write(nanos, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All clocks are right again. */
    public void heal() {
        for (int member = 0; member < members; member++) {
            set(member, Duration.ZERO);
        }
    }

    private boolean work() {
        set(0, TRIAL);
        List<String> date = new ArrayList<>(environment(0));
        date.addAll(List.of("date", "+%s"));
        Command.Result moved = Command.attempt(date);
        long now = System.currentTimeMillis() / 1_000;
        set(0, Duration.ZERO);
        boolean works = moved.code() == 0 && Long.parseLong(moved.output().strip()) > now + TRIAL.toSeconds() / 2;
        if (!works) {
            System.out.println("clocks: they stay right, as they can't be moved: "
                    + moved.output().strip());
        }
        return works;
    }

    private List<String> environment(int member) {
        return List.of("env", "LD_PRELOAD=" + library, "SHIFT_CLOCK_FILE=" + file(member));
    }

    private Path file(int member) {
        return dir.resolve("clock-" + member);
    }
}
