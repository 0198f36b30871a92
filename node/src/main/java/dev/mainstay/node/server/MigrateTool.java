package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthUserListRequest;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.proto.v1.MigrationAbort;
import dev.mainstay.proto.v1.MigrationPhase;
import dev.mainstay.proto.v1.MigrationStateResponse;
import dev.mainstay.proto.v1.MigrationStepRequest;
import io.vertx.core.json.JsonObject;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** {@code mainstay migrate}: moves a live cluster of etcd's into a new one of Mainstay's. */
final class MigrateTool {

    private static final String HELP = """
            Usage:

              mainstay migrate --from <endpoints> --to <endpoints> [flags]
                Move a live etcd cluster into a new, empty cluster of Mainstay, with all revisions:
                load a snapshot, follow the source, and leave it when both are equal. The source is
                only read. May be stopped at any time, and started again with the same flags.

                  --cut-over manual                 manual: follow until Enter is pressed, on a terminal;
                                                    elsewhere until it is stopped.
                                                    auto: leave the source as soon as nobody writes to it.
                  --quiet 2                         Seconds for which the source must not be written to.
                  --compare history                 What must be equal. history: every version since the
                                                    last compaction. keys: every key that exists.
                  --ignore-users                    Leave it though users or roles changed meanwhile.
                  --scratch 'mainstay-migrate'      Directory for snapshots of both; keep it until the end.

              mainstay migrate --from <endpoints> --to <endpoints> --dry-run
                Only look: whether both can be reached, what there is, and what can't be taken along.

              mainstay migrate --to <endpoints> --status
                Say how far the target is.

              mainstay migrate --to <endpoints> --abort
                Give up. The source stays as it is; the target refuses everything from then on and
                must be emptied.

              Each side has its own:
                  --from-cacert '', --to-cacert ''  Authorities that its certificates may be of.
                  --from-cert '', --from-key ''     Client certificate, and its key in PKCS #8;
                  --to-cert '', --to-key ''         the same for the target.
                  --from-user ''                    name:password of a user with the role root, with
                                                    authentication on. The target knows it, too, once
                                                    the snapshot is loaded.
                  --from-password ''                Of the user, if it doesn't stand there.
                  --from-password-file ''           A file with the password and nothing else.

              -w, --write-out simple or json (a line of JSON for each piece of news)
              --result-file=<file>                  Write what became of it there, as JSON of at most
                                                    4096 bytes; for a container's termination message.

              Ends with 0 when the source is left, 2 when both differ, 1 for anything else.
            """;

    private static final String PASSWORD_FILE = "from-password-file";
    private static final String RESULT_FILE = "--result-file=";
    private static final Set<String> VALUED = Set.of(
            "from",
            "to",
            "cut-over",
            "quiet",
            "compare",
            "scratch",
            "from-cacert",
            "to-cacert",
            "from-cert",
            "from-key",
            "to-cert",
            "to-key",
            "from-user",
            "from-password",
            PASSWORD_FILE);
    private static final Set<String> SWITCHES = Set.of("ignore-users", "dry-run", "status", "abort");
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);
    private static final long QUIET_SECONDS = 2;

    private final PrintStream out;
    private final PrintStream err;
    private final PrintStream results;
    private final LongSupplier nanoClock;

    MigrateTool(PrintStream out, PrintStream err, LongSupplier nanoClock) {
        this(out, err, new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), nanoClock);
    }

    /** @param results where results go as JSON, however they are printed */
    private MigrateTool(PrintStream out, PrintStream err, PrintStream results, LongSupplier nanoClock) {
        this.out = out;
        this.err = err;
        this.results = results;
        this.nanoClock = nanoClock;
    }

    /** Does what the arguments after {@code migrate} say; the exit code. */
    int run(List<String> arguments) {
        Optional<String> file = arguments.stream()
                .filter(argument -> argument.startsWith(RESULT_FILE))
                .findFirst();
        if (file.isEmpty()) {
            return work(arguments);
        }
        ResultFile result = new ResultFile();
        int exitCode = new MigrateTool(out, result.complaining(err), result.printing(results), nanoClock)
                .work(arguments.stream()
                        .filter(argument -> !argument.startsWith(RESULT_FILE))
                        .toList());
        return Math.max(exitCode, ToolRun.of(err, () -> {
            result.write(Path.of(file.get().substring(RESULT_FILE.length())), exitCode);
            return 0;
        }));
    }

    private int work(List<String> arguments) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        return ToolRun.of(err, () -> {
            ToolFlags flags = ToolFlags.parse(arguments, VALUED, SWITCHES);
            if (!flags.others().isEmpty()) {
                throw ToolException.usage(
                        "unexpected argument: " + flags.others().getFirst());
            }
            boolean json = flags.output() == ToolOutput.JSON;
            try (ToolCluster to = new ToolCluster("--to", endpoints(flags, "to"), nanoClock)) {
                MigrationTarget target = new MigrationTarget(to);
                if (flags.isOn("status")) {
                    return status(target, json);
                }
                if (flags.isOn("abort")) {
                    return abort(target, json);
                }
                try (ToolCluster from = new ToolCluster("--from", endpoints(flags, "from"), nanoClock)) {
                    return flags.isOn("dry-run") ? look(from, target, json) : migrate(flags, from, target, json);
                }
            }
        });
    }

    private int migrate(ToolFlags flags, ToolCluster from, MigrationTarget target, boolean json) throws IOException {
        boolean terminal = isTerminal();
        MigrationNews news = new MigrationNews(out, err, results, json, terminal, nanoClock);
        MigrationRun.Wishes wishes = new MigrationRun.Wishes(
                Path.of(flags.values().getOrDefault("scratch", "mainstay-migrate")),
                Duration.ofSeconds(flags.values().containsKey("quiet") ? flags.number("quiet") : QUIET_SECONDS),
                choice(flags, "compare", "history", "keys"),
                flags.isOn("ignore-users"),
                choice(flags, "cut-over", "manual", "auto") ? () -> true : enter(terminal, news));
        try {
            return new MigrationRun(from, target, wishes, news, err, nanoClock).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** From JDK 25 on there is a console only where there is a terminal. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Whether the second of two was chosen. */
    private static boolean choice(ToolFlags flags, String name, String usual, String other) {
        String value = flags.values().getOrDefault(name, usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw ToolException.usage("--" + name + " is " + usual + " or " + other + ", not \"" + value + "\"");
        }
        return value.equals(other);
    }

    private static BooleanSupplier enter(boolean terminal, MigrationNews news) {
        if (!terminal) {
            news.event(
                    "starting",
                    "no terminal: following the source until this is stopped; --cut-over auto leaves the source");
            return () -> false;
        }
        news.event("starting", "when the lag is 0, stop what writes to the source and press Enter");
        return new Enter(System.in);
    }

    /** Whether Enter was pressed; from then on it was. */
    private static final class Enter implements BooleanSupplier {

        private final InputStream in;
        private boolean pressed;

        Enter(InputStream in) {
            this.in = in;
        }

        @Override
        public boolean getAsBoolean() {
            try {
                while (!pressed && in.available() > 0) {
                    pressed = in.read() == '\n';
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return pressed;
        }
    }

    private int status(MigrationTarget target, boolean json) throws IOException {
        MigrationStateResponse state = target.state();
        String phase = state.getPhase().name().toLowerCase(Locale.ROOT);
        print(
                json,
                new JsonObject()
                        .put("phase", phase)
                        .put("source", MemberId.hex(state.getSource()))
                        .put("snapshotRevision", state.getSnapshotRevision())
                        .put("parts", state.getParts())
                        .put("revision", state.getRevision())
                        .put("compactRevision", state.getCompactRevision()),
                state.getPhase() == MigrationPhase.NONE
                        ? "no migration"
                        : phase + ": from cluster " + MemberId.hex(state.getSource()) + ", revision "
                                + state.getRevision());
        return 0;
    }

    private int abort(MigrationTarget target, boolean json) throws IOException {
        MigrationStateResponse state = target.state();
        if (state.getPhase() == MigrationPhase.NONE || state.getPhase() == MigrationPhase.FINISHED) {
            throw ToolException.failed("no migration is under way");
        }
        target.of(state.getMigration());
        var _ = target.step(MigrationStepRequest.newBuilder().setAbort(MigrationAbort.getDefaultInstance()));
        print(
                json,
                new JsonObject().put("phase", "aborted"),
                "given up. The source is as it was. Stop the members of the target and empty their data directories.");
        return 0;
    }

    /** Says what would be done. */
    private int look(ToolCluster from, MigrationTarget target, boolean json) throws IOException {
        RangeResponse all = from.call(channel -> KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(EVERYTHING)
                        .setRangeEnd(EVERYTHING)
                        .setCountOnly(true)
                        .build()));
        StatusResponse source = MigrationRun.status(from);
        int leases = from.call(channel ->
                        LeaseGrpc.newBlockingStub(channel).leaseLeases(LeaseLeasesRequest.getDefaultInstance()))
                .getLeasesCount();
        int users = from.call(
                        channel -> AuthGrpc.newBlockingStub(channel).userList(AuthUserListRequest.getDefaultInstance()))
                .getUsersCount();
        MigrationStateResponse state = target.state();
        boolean ready = state.getPhase() == MigrationPhase.NONE && state.getRevision() == 1;
        String phase = state.getPhase().name().toLowerCase(Locale.ROOT);
        print(
                json,
                new JsonObject()
                        .put("phase", "dry-run")
                        .put("sourceVersion", source.getVersion())
                        .put("revision", all.getHeader().getRevision())
                        .put("keys", all.getCount())
                        .put("bytes", source.getDbSize())
                        .put("leases", leases)
                        .put("users", users)
                        .put("target", phase)
                        .put("targetRevision", state.getRevision())
                        .put("ready", ready),
                String.join(
                        "\n",
                        "source: etcd " + source.getVersion() + ", cluster "
                                + MemberId.hex(source.getHeader().getClusterId()) + ", revision "
                                + all.getHeader().getRevision() + ", " + all.getCount() + " keys, " + leases
                                + " leases, " + users + " users, a file of " + ToolOutput.size(source.getDbSize()),
                        "target: cluster " + MemberId.hex(state.getClusterId()) + ", "
                                + (ready
                                        ? "new and empty"
                                        : "not a new one: revision " + state.getRevision() + ", migration: " + phase),
                        "taken along: keys with their history since the last compaction, leases, users with their"
                                + " passwords, roles",
                        "not taken along: members, ids of cluster and members, alarms, tokens (clients log in again), what was"
                                + " left of leases (each begins anew), changes of users after the snapshot"));
        return ready ? 0 : 1;
    }

    private void print(boolean json, JsonObject object, String text) {
        results.println(object.encode());
        out.println(json ? object.encode() : text);
    }

    private static List<ToolEndpoint> endpoints(ToolFlags flags, String side) throws IOException {
        Map<String, String> values = new TreeMap<>(flags.values());
        String file = values.getOrDefault(PASSWORD_FILE, "");
        if (!file.isEmpty()) {
            values.put("from-password", Files.readString(Path.of(file)).stripTrailing());
        }
        String list = values.getOrDefault(side, "");
        if (list.isEmpty()) {
            throw ToolException.usage("--" + side + " is missing: it names the "
                    + (side.equals("from") ? "cluster to leave" : "new cluster"));
        }
        return ToolEndpoint.of(values, side, "", side + "-", "from-");
    }
}
