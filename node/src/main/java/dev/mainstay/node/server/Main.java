package dev.mainstay.node.server;

import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.BadSettingException;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.SettingsReader;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import java.io.Console;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The process: reads its arguments, runs one member until told to stop, and gives the exit status. */
@QuarkusMain
public final class Main implements QuarkusApplication {

    private static final String SERVER = "server";
    private static final String SNAPSHOT = "snapshot";
    private static final String MIGRATE = "migrate";
    private static final String BACKUP = "backup";
    private static final String ARCHIVE = "archive";

    private final NodeRun node;

    /** Called by the container. */
    public Main(Vertx vertx) {
        this.node = new NodeRun(vertx, new ExactRegistry());
    }

    /** Answers what needs no node at once, and else starts one. */
    public static void main(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals(SNAPSHOT)) {
            System.exit(new SnapshotTool(System.out, System.err)
                    .run(List.of(arguments).subList(1, arguments.length)));
        }
        if (arguments.length > 0 && arguments[0].equals(MIGRATE)) {
            System.exit(new MigrateTool(System.out, System.err, System::nanoTime)
                    .run(List.of(arguments).subList(1, arguments.length)));
        }
        if (arguments.length > 0 && arguments[0].equals(BACKUP)) {
            System.exit(new BackupTool(System.out, System.err, isTerminal(), InstantSource.system())
                    .run(List.of(arguments).subList(1, arguments.length)));
        }
        if (arguments.length > 0 && arguments[0].equals(ARCHIVE)) {
            System.exit(new ArchiveTool(System.out, System.err, isTerminal())
                    .run(List.of(arguments).subList(1, arguments.length)));
        }
        if (arguments.length > 0 && DataTool.COMMANDS.contains(arguments[0])) {
            System.exit(new DataTool(System.out, System.err, System::nanoTime)
                    .run(arguments[0], List.of(arguments).subList(1, arguments.length)));
        }
        try {
            switch (invocation(List.of(arguments))) {
                case Invocation.Print print -> System.out.print(print.text());
                case Invocation.Run _ -> Quarkus.run(Main.class, arguments);
            }
        } catch (BadSettingException e) {
            System.err.println("mainstay: " + e.getMessage());
            System.err.println("Run mainstay --help for the list of flags.");
            System.exit(e.exitCode());
        }
    }

    /** Whether somebody sits in front of the standard output and error. */
    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    private static Invocation invocation(List<String> arguments) {
        boolean named = !arguments.isEmpty() && arguments.getFirst().equals(SERVER);
        return new SettingsReader(Versions.read().text())
                .read(named ? arguments.subList(1, arguments.size()) : arguments, System.getenv());
    }

    @Override
    public int run(String... arguments) throws IOException {
        if (!(invocation(List.of(arguments)) instanceof Invocation.Run run)) {
            return 0;
        }
        LogLines.install(run.settings().logging());
        return node.run(run);
    }

    /** Called by the container on its way down, before it takes Vert.x away; it waits until this returns. */
    void stop(@Observes ShutdownEvent event) {
        node.close();
    }
}
