package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus;
import dev.mainstay.api.v1alpha1.EtcdBackupStoreStatus.Window;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.backup.engine.SurveyEngine;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.report.ArchiveVerdict;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.TaskNames;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One look at what can be recovered from a store: jobs list what is there of each cluster that archives there, and the status says what they found. */
public final class SurveyPass {

    /** Places that are kept in mind. */
    private static final int MOST_PLACES = 100;

    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final int DIGITS = 8;

    private final Means means;
    private final SurveyEngine engine = new SurveyEngine();

    /** With these means. */
    public SurveyPass(Means means) {
        this.means = means;
    }

    /** What was seen. */
    private record Seen(
            EtcdBackupStore store, Stores.Found found, Map<String, EtcdCluster> clusters, SurveyEngine.View view) {

        EtcdBackupStoreStatus status() {
            return Objects.requireNonNullElse(store.getStatus(), EtcdBackupStoreStatus.EMPTY);
        }
    }

    /** Does one step; when to look again. */
    public Duration run(String namespace, String name) {
        EtcdBackupStore store = means.kubernetes()
                .resources(EtcdBackupStore.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (store == null || store.getMetadata().getDeletionTimestamp() != null) {
            return Again.AT_REST;
        }
        Seen seen = look(store);
        return switch (engine.decide(seen.view())) {
            case SurveyEngine.Step.Wait wait -> {
                boolean runs = seen.view().places().stream()
                        .anyMatch(place -> place.survey().isRunning());
                yield runs
                        ? Again.WHILE_RUNNING
                        : Again.at(wait.until(), seen.view().now());
            }
            case SurveyEngine.Step.Survey survey -> {
                means.act(store, "Survey", () -> means.tasks().start(survey(seen, survey.path())));
                yield Again.AT_ONCE;
            }
            case SurveyEngine.Step.RecordFound found -> {
                record(seen, found.path());
                means.act(store, "ClearSurvey", () -> means.tasks().clear(namespace, job(store, found.path())));
                yield Again.AT_ONCE;
            }
        };
    }

    private Seen look(EtcdBackupStore store) {
        String namespace = store.getMetadata().getNamespace();
        String name = store.getMetadata().getName();
        EtcdBackupStoreStatus status = Objects.requireNonNullElse(store.getStatus(), EtcdBackupStoreStatus.EMPTY);
        Map<String, EtcdCluster> clusters =
                means.kubernetes().resources(EtcdCluster.class).inNamespace(namespace).list().getItems().stream()
                        .filter(cluster -> cluster.getSpec().archive() != null
                                && cluster.getSpec().archive().storeRef().name().equals(name))
                        .collect(Collectors.toMap(
                                cluster -> cluster.getMetadata().getName(),
                                Function.identity(),
                                (one, _) -> one,
                                TreeMap::new));
        Map<String, @Nullable Window> windows = new TreeMap<>();
        status.recoveryWindow().forEach(window -> windows.put(window.path(), window));
        clusters.keySet().forEach(path -> windows.putIfAbsent(path, null));
        List<EtcdBackup> backups = windows.isEmpty() ? List.of() : backups(namespace, name);
        List<EtcdBackupSchedule> schedules = windows.isEmpty() ? List.of() : schedules(namespace, name);
        List<SurveyEngine.Place> places = new ArrayList<>();
        windows.forEach((path, window) -> {
            Instant looked = window == null || window.time() == null ? null : Instant.parse(window.time());
            EtcdCluster cluster = clusters.get(path);
            places.add(new SurveyEngine.Place(
                    path,
                    cluster != null,
                    cluster != null && asks(cluster, looked),
                    schedules.stream()
                            .anyMatch(schedule -> schedule.getSpec()
                                    .backupTemplate()
                                    .spec()
                                    .clusterRef()
                                    .name()
                                    .equals(path)),
                    newest(backups, path),
                    looked,
                    means.tasks().look(namespace, job(store, path))));
        });
        Stores.Found found = means.stores().find(namespace, name);
        return new Seen(
                store,
                found,
                clusters,
                new SurveyEngine.View(means.now(), found.view().isUsable(), places));
    }

    private static boolean asks(EtcdCluster cluster, @Nullable Instant looked) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        return ArchiveVerdict.asksForSurvey(status.conditions(), looked);
    }

    private List<EtcdBackup> backups(String namespace, String store) {
        return means.kubernetes().resources(EtcdBackup.class).inNamespace(namespace).list().getItems().stream()
                .filter(backup -> backup.getSpec().storeRef().name().equals(store))
                .toList();
    }

    /** Those that let old backups go. */
    private List<EtcdBackupSchedule> schedules(String namespace, String store) {
        return means.kubernetes().resources(EtcdBackupSchedule.class).inNamespace(namespace).list().getItems().stream()
                .filter(schedule -> schedule.getSpec().retention() != null)
                .filter(schedule -> schedule.getSpec()
                        .backupTemplate()
                        .spec()
                        .storeRef()
                        .name()
                        .equals(store))
                .toList();
    }

    private static @Nullable Instant newest(List<EtcdBackup> backups, String path) {
        return backups.stream()
                .filter(backup -> Backups.path(backup).equals(path))
                .map(Backups::status)
                .filter(status -> Boolean.TRUE.equals(Backups.decided(status, Backups.SUCCEEDED)))
                .map(status -> status.completionTime())
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    private static String job(EtcdBackupStore store, String path) {
        return TaskNames.of(
                store.getMetadata().getName(), "survey-" + Hashes.text(path).substring(0, DIGITS));
    }

    private Task survey(Seen seen, String path) {
        return Task.of(
                        job(seen.store(), path),
                        seen.store(),
                        means.image(seen.clusters().get(path)),
                        seen.found().usable(),
                        path,
                        List.of("status", "--summary"),
                        DEADLINE)
                .ofArchive();
    }

    private void record(Seen seen, String path) {
        SurveyEngine.Place place = seen.view().places().stream()
                .filter(one -> one.path().equals(path))
                .findFirst()
                .orElseThrow();
        EtcdBackupStoreStatus before = seen.status();
        Window old = before.recoveryWindow().stream()
                .filter(window -> window.path().equals(path))
                .findFirst()
                .orElse(null);
        boolean nothing = "MISSING".equals(place.survey().kind());
        List<Window> windows = new ArrayList<>(before.recoveryWindow());
        windows.removeIf(window -> window.path().equals(path));
        if (place.archives() || !nothing) {
            windows.add(window(
                    path, place.survey(), nothing ? null : old, seen.view().now()));
        }
        windows.sort(Comparator.comparing(Window::path));
        EtcdBackupStoreStatus after = new EtcdBackupStoreStatus(
                before.observedGeneration(),
                before.probed(),
                before.probeTime(),
                windows.size() > MOST_PLACES ? windows.subList(0, MOST_PLACES) : windows,
                before.conditions());
        seen.store().setStatus(after);
        means.written(seen.store());
    }

    /** What was found; if it couldn't be looked at, what was found before. */
    private static Window window(String path, TaskView survey, @Nullable Window old, Instant now) {
        Instant ended = Objects.requireNonNullElse(survey.ended(), now);
        String time = ended.truncatedTo(ChronoUnit.SECONDS).toString();
        if (!survey.isDone()) {
            return old == null
                    ? new Window(path, null, null, null, null, null, null, null, null, time)
                    : new Window(
                            path,
                            old.firstTime(),
                            old.latestTime(),
                            old.firstRevision(),
                            old.latestRevision(),
                            old.archiveLine(),
                            old.sinceRevision(),
                            old.backed(),
                            old.fullBackups(),
                            time);
        }
        Long backups = survey.number("backups");
        return new Window(
                path,
                text(survey, "fromTime"),
                text(survey, "toTime"),
                text(survey, "fromTime") == null ? null : survey.text("fromRevision"),
                text(survey, "fromTime") == null ? null : survey.text("toRevision"),
                text(survey, "archiveLine"),
                text(survey, "archiveLine") == null ? null : survey.text("sinceRevision"),
                Boolean.TRUE.equals(survey.result().get("backed")),
                backups == null ? null : Integer.valueOf(backups.intValue()),
                time);
    }

    private static @Nullable String text(TaskView survey, String name) {
        String text = survey.text(name);
        return text == null || text.isEmpty() ? null : text;
    }
}
