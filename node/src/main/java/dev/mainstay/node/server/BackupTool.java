package dev.mainstay.node.server;

import dev.mainstay.node.backup.ArchiveCheck;
import dev.mainstay.node.backup.ArchivePrune;
import dev.mainstay.node.backup.ArchiveReplay;
import dev.mainstay.node.backup.BackupCheck;
import dev.mainstay.node.backup.BackupDownload;
import dev.mainstay.node.backup.BackupException;
import dev.mainstay.node.backup.BackupId;
import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.backup.BackupRun;
import dev.mainstay.node.backup.BackupSource;
import dev.mainstay.node.backup.Prune;
import dev.mainstay.node.backup.RecoveryPlan;
import dev.mainstay.node.backup.RecoveryTarget;
import dev.mainstay.node.backup.RecoveryWindow;
import dev.mainstay.node.backup.Repository;
import dev.mainstay.node.backup.Retention;
import dev.mainstay.node.backup.Verified;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@code mainstay backup}: backups in Mainstay's own format, in an object store. */
final class BackupTool {

    /** {@code verify} found something. */
    private static final int FOUND = 2;

    private static final String NEWEST = "latest";
    private static final String IF_ARCHIVED = "if-archived";
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration USUAL_GRACE = Duration.ofHours(1);
    private static final Duration USUAL_DEAD_AFTER = Duration.ofDays(2);

    /** Whoever makes a backup gives it up by himself when he couldn't give a sign of life for half of it. */
    private static final Duration LEAST_DEAD_AFTER = Duration.ofHours(1);

    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;
    private final InstantSource clock;
    private final String version = Versions.read().mainstay();

    /** @param terminal whether somebody looks on who can be shown a bar */
    BackupTool(PrintStream out, PrintStream err, boolean terminal, InstantSource clock) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.clock = clock;
    }

    /** Does what the arguments after {@code backup} say; the exit code. */
    int run(List<String> arguments) {
        return ResultFile.around(
                arguments,
                out,
                err,
                (rest, printed, complained, watcher) ->
                        new BackupTool(printed, complained, terminal, clock).run(rest, watcher));
    }

    private int run(List<String> arguments, ResultFile.Watcher watcher) {
        if (arguments.isEmpty() || arguments.contains("--help") || arguments.contains("-h")) {
            out.print(BackupHelp.text());
            return 0;
        }
        return ToolRun.of(
                err,
                () -> watcher.watched(() -> {
                    List<String> rest = arguments.subList(1, arguments.size());
                    return switch (arguments.getFirst()) {
                        case "probe" -> probe(rest);
                        case "create" -> create(rest);
                        case "list" -> list(rest);
                        case "verify" -> verify(rest);
                        case "prune" -> prune(rest);
                        case "delete" -> delete(rest);
                        case "restore" -> restore(rest);
                        default ->
                            throw ToolException.usage(
                                    "unknown command \"" + arguments.getFirst()
                                            + "\" for \"mainstay backup\": it is one of probe, create, list, verify, prune, delete, restore");
                    };
                }));
    }

    private int probe(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(arguments, Set.of(), Set.of());
        flags.requireNoOthers("backup probe");
        ToolOutput output = flags.output();
        try (BackupFlags.OpenStore store = flags.open()) {
            long took = new StoreProbe(store.objects(), RANDOM, System::nanoTime).run();
            out.print(output.print(List.of(
                    ToolOutput.Column.of(
                            "PLACE", "Place", "place", store.objects().place()),
                    ToolOutput.Column.of("MILLISECONDS", "Milliseconds", "milliseconds", took))));
        }
        return 0;
    }

    private int create(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(
                arguments,
                Set.of(
                        "endpoints",
                        "cacert",
                        "cert",
                        "key",
                        "user",
                        "password",
                        "from",
                        "data-dir",
                        "wal-dir",
                        "tags",
                        "rate",
                        "parallel"),
                Set.of("full"));
        flags.requireNoOthers("backup create");
        ToolOutput output = flags.output();
        int parallel = flags.parallel();
        BackupRun.Settings settings =
                new BackupRun.Settings(owner(), version, parallel, flags.isOn("full"), flags.tags("tags"), HEARTBEAT);
        try (BackupFlags.OpenStore store = flags.open();
                ToolProgress progress = progress()) {
            Repository repository = Repository.openOrBegin(store.objects(), store.codec(), clock.instant());
            BackupManifest made;
            if (flags.values().containsKey("data-dir")) {
                if (flags.values().containsKey("endpoints")) {
                    throw ToolException.usage("--data-dir and --endpoints: a backup is of one of them");
                }
                @Nullable String log = flags.values().get("wal-dir");
                try (BackupSource source = StoppedSource.open(
                        Path.of(flags.value("data-dir")), log == null || log.isEmpty() ? null : Path.of(log))) {
                    made = run(repository, settings, progress, source);
                }
            } else {
                ToolEndpoint member = new BackupMember(progress::say)
                        .choose(
                                flags.members(),
                                BackupMember.From.of(flags.value("from", "follower")),
                                last(repository));
                try (MemberClient client = new MemberClient(member);
                        MemberSource source = MemberSource.open(
                                client.endpoint(), client.channel(), flags.bytes("rate") / parallel)) {
                    progress.say("backing up member " + source.member());
                    made = run(repository, settings, progress, source);
                }
            }
            out.print(output.print(BackupColumns.of(made, Optional.empty())));
        }
        return 0;
    }

    private BackupManifest run(
            Repository repository, BackupRun.Settings settings, ToolProgress progress, BackupSource source)
            throws IOException {
        return new BackupRun(repository, settings, progress, clock, RANDOM).run(source);
    }

    /** The member that the newest backup is of. */
    private static OptionalLong last(Repository repository) throws IOException {
        List<BackupId> ids = repository.ids();
        if (ids.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(repository.manifest(ids.getLast()).origin().memberId());
        } catch (BackupException e) {
            // Then there is nothing to go by; that it is damaged is for those to find who want it.
            return OptionalLong.empty();
        }
    }

    private static String owner() {
        return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("unknown host") + ", process "
                + ProcessHandle.current().pid();
    }

    private int list(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(arguments, Set.of(), Set.of());
        flags.requireNoOthers("backup list");
        ToolOutput output = flags.output();
        int unreadable;
        try (BackupFlags.OpenStore store = flags.open()) {
            Repository repository = Repository.open(store.objects(), store.codec());
            List<String> faults = new ArrayList<>();
            List<BackupManifest> manifests =
                    repository.manifests((id, e) -> faults.add("backup " + id + ": " + e.getMessage()));
            List<RecoveryWindow> windows =
                    RecoveryWindow.of(manifests, repository.archive().names());
            List<List<ToolOutput.Column>> rows = new ArrayList<>();
            for (BackupManifest manifest : manifests) {
                try {
                    rows.add(BackupColumns.of(manifest, repository.verified(manifest.id()), windows));
                } catch (BackupException e) {
                    faults.add("backup " + manifest.id() + ": " + e.getMessage());
                }
            }
            faults.forEach(fault -> err.println("Error: " + fault));
            unreadable = faults.size();
            out.print(output.printAll(BackupColumns.TITLES, rows));
        }
        return unreadable == 0 ? 0 : FOUND;
    }

    private int verify(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(
                arguments,
                Set.of(
                        "mode",
                        "scratch-dir",
                        "parallel",
                        TargetFlags.TO_REVISION,
                        TargetFlags.TO_TIME,
                        TargetFlags.LINE),
                Set.of("all", TargetFlags.TO_LATEST));
        ToolOutput output = flags.output();
        Optional<RecoveryTarget> target = TargetFlags.target(flags.parsed());
        String mode = flags.value("mode", "checksum");
        if (!mode.equals("checksum") && !mode.equals("restore")) {
            throw ToolException.usage("--mode is checksum or restore, not \"" + mode + "\"");
        }
        if (target.isPresent() && (flags.isOn("all") || !mode.equals("checksum"))) {
            throw ToolException.usage(
                    "what leads to a moment is read, not restored: leave --all and --mode=restore out, or the moment");
        }
        int bad = 0;
        try (BackupFlags.OpenStore store = flags.open();
                ToolProgress progress = progress()) {
            Repository repository = Repository.open(store.objects(), store.codec());
            String wanted = flags.optional("backup verify");
            Optional<RecoveryPlan> plan = target.isPresent()
                    ? Optional.of(plan(repository, target.get(), flags, wanted, progress))
                    : Optional.empty();
            List<BackupId> ids = flags.isOn("all")
                    ? repository.ids()
                    : List.of(plan.isPresent() ? plan.get().base().id() : id(repository, wanted));
            List<List<ToolOutput.Column>> rows = new ArrayList<>();
            for (BackupId id : ids) {
                try {
                    BackupManifest manifest = repository.manifest(id);
                    BackupCheck check = new BackupCheck(repository, flags.parallel(), version, progress, clock);
                    Verified verified = mode.equals("checksum")
                            ? check.checksums(manifest)
                            : restored(check, manifest, flags.values().get("scratch-dir"));
                    repository.note(id, verified);
                    verified.findings().forEach(finding -> progress.say("Error: backup " + id + ": " + finding));
                    bad += verified.isGood() ? 0 : 1;
                    rows.add(BackupColumns.of(manifest, Optional.of(verified)));
                } catch (BackupException e) {
                    if (e.reason() != BackupException.Reason.DAMAGED) {
                        throw e;
                    }
                    progress.say("Error: backup " + id + ": " + e.getMessage());
                    bad++;
                }
            }
            if (plan.isPresent()) {
                List<String> findings = new ArchiveCheck(repository.archive(), progress).run(plan.get());
                findings.forEach(finding -> progress.say("Error: " + finding));
                bad += findings.size();
            }
            progress.end();
            out.print(
                    flags.isOn("all") || rows.isEmpty()
                            ? output.printAll(BackupColumns.TITLES, rows)
                            : output.print(rows.getFirst()));
        }
        return bad == 0 ? 0 : FOUND;
    }

    private static Verified restored(BackupCheck check, BackupManifest manifest, @Nullable String scratch)
            throws IOException {
        Path parent = scratch == null
                ? Files.createTempDirectory("mainstay-verify-")
                : Files.createTempDirectory(Path.of(scratch), "mainstay-verify-");
        try {
            return check.restore(manifest, parent.resolve("db"));
        } finally {
            Files.deleteIfExists(parent);
        }
    }

    private int prune(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(
                arguments,
                Set.of(
                        "keep-last",
                        "keep-hourly",
                        "keep-daily",
                        "keep-weekly",
                        "keep-monthly",
                        "max-age",
                        "grace",
                        "in-progress-age",
                        "archive-max-age"),
                Set.of("dry-run"));
        flags.requireNoOthers("backup prune");
        ToolOutput output = flags.output();
        Retention retention = new Retention(
                flags.count("keep-last"),
                flags.count("keep-hourly"),
                flags.count("keep-daily"),
                flags.count("keep-weekly"),
                flags.count("keep-monthly"),
                flags.duration("max-age"));
        Duration deadAfter = flags.duration("in-progress-age").orElse(USUAL_DEAD_AFTER);
        if (deadAfter.compareTo(LEAST_DEAD_AFTER) < 0) {
            throw ToolException.usage("--in-progress-age must be at least 1h");
        }
        Prune.Settings settings = new Prune.Settings(
                retention, deadAfter, flags.duration("grace").orElse(USUAL_GRACE), flags.isOn("dry-run"));
        try (BackupFlags.OpenStore store = flags.open()) {
            if (!settings.dryRun()) {
                store.objects().abandonUploads("", deadAfter);
            }
            Repository repository = Repository.open(store.objects(), store.codec());
            Prune.Result result = new Prune(repository, settings, clock, RANDOM).run();
            ArchivePrune.Result archive = repository.pruneArchive(
                    new ArchivePrune.Settings(deadAfter, flags.duration("archive-max-age"), settings.dryRun()),
                    result.kept(),
                    clock.instant());
            out.print(output.print(BackupColumns.of(result, archive, settings.dryRun())));
        }
        return 0;
    }

    private int delete(List<String> arguments) throws IOException {
        BackupFlags flags = BackupFlags.parse(arguments, Set.of(), Set.of());
        String wanted = flags.optional("backup delete");
        BackupId id = BackupId.parse(wanted)
                .orElseThrow(() -> ToolException.usage(
                        "backup delete requires the name of a backup; mainstay backup list shows them"));
        ToolOutput output = flags.output();
        try (BackupFlags.OpenStore store = flags.open()) {
            Repository repository = Repository.open(store.objects(), store.codec());
            boolean there = repository.ids().contains(id);
            repository.forget(id);
            out.print(output.print(List.of(
                    ToolOutput.Column.of("ID", "Id", "id", id.text()),
                    ToolOutput.Column.of("DELETED", "Deleted", "deleted", there))));
        }
        return 0;
    }

    private int restore(List<String> arguments) throws IOException {
        Set<String> valued = new HashSet<>(RestoreFlags.VALUED);
        valued.addAll(List.of("parallel", TargetFlags.TO_REVISION, TargetFlags.TO_TIME, TargetFlags.LINE));
        BackupFlags flags = BackupFlags.parse(
                arguments, valued, Set.of("mark-compacted", TargetFlags.TO_LATEST, IF_ARCHIVED, "if-absent"));
        ToolOutput output = flags.output();
        long bump = RestoreFlags.bump(flags.parsed());
        String wanted = flags.optional("backup restore");
        Optional<RecoveryTarget> target = TargetFlags.target(flags.parsed());
        if (flags.isOn(IF_ARCHIVED) && !(target.orElse(null) instanceof RecoveryTarget.Latest)) {
            throw ToolException.usage("--" + IF_ARCHIVED + " is for --to-latest");
        }
        if (!(new SettingsReader("").read(RestoreFlags.member(flags.parsed()), Map.of())
                instanceof Invocation.Run run)) {
            throw ToolException.usage("the flags are not those of a member");
        }
        if (flags.isOn("if-absent") && BackupRestore.isDone(run.settings())) {
            err.println("restored already: " + run.settings().identity().dataDir());
            return 0;
        }
        try (BackupFlags.OpenStore store = flags.open();
                ToolProgress progress = progress()) {
            Repository repository = Repository.open(store.objects(), store.codec());
            Optional<RecoveryPlan> plan = Optional.empty();
            if (flags.isOn(IF_ARCHIVED)) {
                plan = planIfArchived(repository, id(repository, wanted), flags, progress);
            } else if (target.isPresent()) {
                plan = Optional.of(plan(repository, target.get(), flags, wanted, progress));
            }
            BackupManifest manifest =
                    plan.isPresent() ? plan.get().base() : repository.manifest(id(repository, wanted));
            progress.say("restoring backup " + manifest.id() + ", revision "
                    + manifest.keys().revision()
                    + plan.map(way -> ", to go on to " + way.target()).orElse(""));
            BackupRestore.Restored restored = new BackupRestore(run.settings(), bump)
                    .from(
                            manifest,
                            new BackupDownload(repository, flags.parallel(), progress),
                            plan.map(way -> new ArchiveReplay(repository.archive(), way, progress)));
            progress.end();
            out.print(output.print(List.of(
                    ToolOutput.Column.of("BACKUP", "Backup", "id", manifest.id().text()),
                    ToolOutput.Column.of(
                            "DATA DIR",
                            "DataDir",
                            "dataDir",
                            run.settings().identity().dataDir().toString()),
                    ToolOutput.Column.of("REVISION", "Revision", "revision", restored.revision()),
                    ToolOutput.Column.of(
                            "COMPACTED", "Compacted", "compactRevision", Math.max(0, restored.compactRevision())),
                    ToolOutput.Column.of(
                            "MEMBER",
                            "Member",
                            "memberId",
                            MemberId.hex(restored.identity().memberId())),
                    ToolOutput.Column.of(
                            "CLUSTER",
                            "Cluster",
                            "clusterId",
                            MemberId.hex(restored.identity().clusterId())),
                    ToolOutput.Column.of(
                            "UNTIL",
                            "Until",
                            "toTime",
                            restored.until().map(Instant::toString).orElse("")))));
        }
        return 0;
    }

    private static RecoveryPlan plan(
            Repository repository, RecoveryTarget target, BackupFlags flags, String wanted, ToolProgress progress)
            throws IOException {
        return RecoveryPlan.of(
                target,
                TargetFlags.line(flags.parsed()),
                wanted.isEmpty() ? Optional.empty() : Optional.of(id(repository, wanted)),
                windows(repository, progress));
    }

    /** To the end of the archive that goes on from a backup; empty if none does. */
    private static Optional<RecoveryPlan> planIfArchived(
            Repository repository, BackupId backup, BackupFlags flags, ToolProgress progress) throws IOException {
        List<RecoveryWindow> windows = windows(repository, progress);
        boolean archived = windows.stream()
                .anyMatch(window ->
                        window.backups().stream().anyMatch(one -> one.id().equals(backup)));
        return archived
                ? Optional.of(RecoveryPlan.of(
                        new RecoveryTarget.Latest(), TargetFlags.line(flags.parsed()), Optional.of(backup), windows))
                : Optional.empty();
    }

    private static List<RecoveryWindow> windows(Repository repository, ToolProgress progress) throws IOException {
        List<BackupManifest> manifests =
                repository.manifests((id, e) -> progress.say("backup " + id + " isn't used: " + e.getMessage()));
        return RecoveryWindow.of(manifests, repository.archive().names());
    }

    /** The backup that is meant. */
    private static BackupId id(Repository repository, String text) throws IOException {
        if (!text.isEmpty() && !text.toLowerCase(Locale.ROOT).equals(NEWEST)) {
            return BackupId.parse(text)
                    .orElseThrow(() -> ToolException.usage(
                            "\"" + text + "\" is no name of a backup; mainstay backup list shows them"));
        }
        List<BackupId> ids = repository.ids();
        if (ids.isEmpty()) {
            throw ToolException.failed(repository.place() + " holds no whole backup");
        }
        return ids.getLast();
    }

    private ToolProgress progress() {
        return new ToolProgress(err, terminal, System::nanoTime);
    }
}
