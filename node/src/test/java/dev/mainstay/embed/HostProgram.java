package dev.mainstay.embed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A program of somebody else's that has members for a while. Prints what they left behind or changed, one line each, and
 * {@code done} last.
 */
final class HostProgram {

    /** Ends with what still uses it, a second after that at the latest. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Ratis' timers, of which a process keeps a few for good, and Java's own; all daemons that hold nothing. */
    private static final Pattern SHARED =
            Pattern.compile("(timer[0-9]|ForkJoinPool\\.commonPool-worker-[0-9]+|process reaper) #.*");

    /** Of Ratis' own Netty alone. */
    private static final String RATIS_NETTY = "org.apache.ratis.thirdparty.";

    /** Held, as the program's own level of a library's log. */
    private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

    private HostProgram() {}

    /** What of the process may not change. */
    private record Surroundings(Map<String, String> properties, Set<String> hooks, String handler, List<String> log) {

        static Surroundings now() throws ReflectiveOperationException {
            Map<String, String> properties = new TreeMap<>();
            System.getProperties().forEach((key, value) -> properties.put(String.valueOf(key), String.valueOf(value)));
            properties.keySet().removeIf(key -> key.startsWith(RATIS_NETTY));
            Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
            hooks.setAccessible(true);
            Logger root = Logger.getLogger("");
            List<String> log = new ArrayList<>();
            log.add(LogManager.getLogManager().getClass().getName());
            log.add(String.valueOf(root.getLevel()));
            log.add(String.valueOf(RATIS.getLevel()));
            for (Handler handler : root.getHandlers()) {
                log.add(handler.getClass().getName() + " " + handler.getLevel());
            }
            return new Surroundings(
                    properties,
                    ((Map<?, ?>) hooks.get(null))
                            .keySet().stream().map(String::valueOf).collect(Collectors.toCollection(TreeSet::new)),
                    String.valueOf(Thread.getDefaultUncaughtExceptionHandler()),
                    log);
        }
    }

    /** Runs members as a program would. */
    public static void main(String[] arguments) throws Exception {
        RATIS.setLevel(Level.INFO);
        beginJava();
        Surroundings before = Surroundings.now();
        Set<String> threads = threads();
        long sockets = sockets();

        try (EmbeddedMember member = EmbeddedMember.builder().start();
                Client client = new Client(member)) {
            client.put("key", "value");
        }
        EmbeddedCluster cluster = EmbeddedCluster.start(3);
        cluster.member(1).stop();
        cluster.close();

        Surroundings after = Surroundings.now();
        if (!before.equals(after)) {
            System.out.println("changed: " + before + " to " + after);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0 && !left(threads).isEmpty()) {
            Thread.sleep(50);
        }
        left(threads).forEach(thread -> System.out.println("thread: " + thread));
        if (sockets() > sockets) {
            System.out.println("sockets: " + sockets() + " after " + sockets);
        }
        try (var entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith("librocksdbjni"))
                    .forEach(name -> System.out.println("file: " + name));
        }
        System.out.println("done");
    }

    /** The Java machine notes its time zone once asked, and keeps a socket of its own once it has closed one. */
    private static void beginJava() throws IOException {
        var _ = TimeZone.getDefault();
        new ServerSocket(0).close();
        ServerSocketChannel.open().close();
    }

    private static Set<String> left(Set<String> before) {
        Set<String> now = threads();
        now.removeAll(before);
        now.removeIf(SHARED.asMatchPredicate());
        return now;
    }

    private static Set<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(thread -> thread.getName() + " #" + thread.threadId())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static long sockets() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(HostProgram::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            // That of the listing itself.
            return false;
        }
    }
}
