package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Outcome;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/** A process that writes numbered keys until it is killed, and prints each one that was acknowledged. */
final class WriterProcess {

    private static final int CALLERS = 20;

    private WriterProcess() {}

    /** Arguments: the data directory and the first number. */
    public static void main(String[] arguments) throws Exception {
        TestMember member = TestMember.open(
                Path.of(arguments[0]),
                settings -> settings.with(new RaftSettings.LogSizes(64 << 10, 16 << 10, 1_000, 256 << 10)));
        PrintStream out = System.out;
        var room = new Semaphore(CALLERS);
        for (int i = Integer.parseInt(arguments[1]); ; i++) {
            room.acquire();
            String key = "k" + i;
            var _ = member.put(key, "v" + i).thenAccept(outcome -> {
                if (outcome instanceof Outcome.PutDone) {
                    out.println(key);
                }
                room.release();
            });
        }
    }
}
