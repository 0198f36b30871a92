package dev.mainstay.node.backup;

import dev.mainstay.node.archive.SegmentStore;
import dev.mainstay.node.backup.BackupException.Reason;
import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Backups in an object store, and what is known of them. Any thread.
 *
 * <pre>
 * repository.json               that this is one, and its format
 * backups/ID/begun.json         somebody makes this backup; written first, deleted last
 * backups/ID/heartbeat.json     that this is still so, and what was sent; written every few seconds
 * backups/ID/manifest.json      what the backup is; written once, and there only if it is whole
 * backups/ID/verified.json      what the last check of it found
 * files/ID/NAME                 a file of the store; ID is the backup that sent it, others may share it
 * condemned/ID.json             files that no manifest named when this was written; ID is like a backup's
 * </pre>
 */
public final class Repository {

    /** What the keys of files begin with. */
    static final String FILES = "files/";

    private static final String MARK = "repository.json";
    private static final String BACKUPS = "backups/";
    private static final String CONDEMNED = "condemned/";
    private static final String JSON = ".json";
    private static final String BEGUN = "begun.json";
    private static final String HEARTBEAT = "heartbeat.json";
    private static final String MANIFEST = "manifest.json";
    private static final String VERIFIED = "verified.json";

    private final ObjectStore store;
    private final ObjectCodec codec;

    private Repository(ObjectStore store, ObjectCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    /**
     * What there is of a backup.
     *
     * @param begun null if nobody makes it, as the heartbeat
     * @param manifest null if it isn't whole
     * @param verified null if nobody looked
     */
    record Entry(
            BackupId id,
            @Nullable ObjectInfo begun,
            @Nullable ObjectInfo heartbeat,
            @Nullable ObjectInfo manifest,
            @Nullable ObjectInfo verified) {

        /** Whether it is being made, or was until its maker died. */
        boolean isMarked() {
            return begun != null || heartbeat != null;
        }

        /** When its maker was last heard of. */
        Instant lastSign() {
            Instant sign = Instant.MIN;
            if (begun != null) {
                sign = begun.modified();
            }
            return heartbeat != null && heartbeat.modified().isAfter(sign) ? heartbeat.modified() : sign;
        }
    }

    /**
     * Files that may be deleted once nobody can want them any more.
     *
     * @param written when they were condemned, by the store's clock
     */
    record Condemned(String key, Instant written, List<String> files) {

        Condemned {
            files = List.copyOf(files);
        }
    }

    /**
     * Opens a repository that is there.
     *
     * @throws BackupException if there is none, or it is of a newer release
     */
    public static Repository open(ObjectStore store, ObjectCodec codec) throws IOException {
        if (store.find(MARK).isEmpty()) {
            throw new BackupException(Reason.MISSING, store.place() + " holds no backups of Mainstay");
        }
        return checked(store, codec);
    }

    /** Opens a repository, and makes it one if it isn't. */
    public static Repository openOrBegin(ObjectStore store, ObjectCodec codec, Instant now) throws IOException {
        if (store.find(MARK).isEmpty()) {
            JsonObject mark = new JsonObject()
                    .put("what", "backups of Mainstay")
                    .put("format", Envelope.FORMAT)
                    .put("created", now.toString());
            boolean _ = store.create(MARK, mark.encodePrettily().getBytes(StandardCharsets.UTF_8));
        }
        return checked(store, codec);
    }

    private static Repository checked(ObjectStore store, ObjectCodec codec) throws IOException {
        int format;
        try (InputStream in = store.read(MARK)) {
            format = new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getInteger("format");
        } catch (RuntimeException e) {
            throw new BackupException(Reason.DAMAGED, MARK + " in " + store.place() + " is damaged", e);
        }
        if (format != Envelope.FORMAT) {
            throw new BackupException(
                    Reason.NEWER_FORMAT,
                    store.place() + " has format " + format + "; this release reads format " + Envelope.FORMAT
                            + ". Use the release that wrote it, or a newer one.");
        }
        return new Repository(store, codec);
    }

    /** The place as people name it. */
    public String place() {
        return store.place();
    }

    /** Where the objects are. */
    ObjectStore store() {
        return store;
    }

    /** How the objects are encoded. */
    ObjectCodec codec() {
        return codec;
    }

    /** All backups, whole or not, by time. Of each, whether somebody makes it is looked at before whether it is whole. */
    List<Entry> entries() throws IOException {
        Map<BackupId, Map<String, ObjectInfo>> found = new TreeMap<>();
        store.list(BACKUPS, object -> {
            String rest = object.key().substring(BACKUPS.length());
            int slash = rest.indexOf('/');
            if (slash > 0) {
                BackupId.parse(rest.substring(0, slash))
                        .ifPresent(id ->
                                found.computeIfAbsent(id, _ -> new TreeMap<>()).put(rest.substring(slash + 1), object));
            }
        });
        List<Entry> entries = new ArrayList<>();
        found.forEach((id, objects) -> entries.add(new Entry(
                id, objects.get(BEGUN), objects.get(HEARTBEAT), objects.get(MANIFEST), objects.get(VERIFIED))));
        return entries;
    }

    /** The archive that is kept here. */
    public SegmentStore archive() {
        return new SegmentStore(store, codec);
    }

    /**
     * The manifests of whole backups, by time. Those that can't be read are left out.
     *
     * @param unreadable hears of them, and why
     */
    public List<BackupManifest> manifests(BiConsumer<BackupId, BackupException> unreadable) throws IOException {
        List<BackupManifest> manifests = new ArrayList<>();
        for (BackupId id : ids()) {
            try {
                manifests.add(manifest(id));
            } catch (BackupException e) {
                if (e.reason() != Reason.MISSING) {
                    unreadable.accept(id, e);
                }
            }
        }
        return manifests;
    }

    /** Since when the oldest backup is being made that isn't whole; empty if none is. */
    Optional<Instant> underWaySince() throws IOException {
        return entries().stream()
                .map(Entry::begun)
                .filter(Objects::nonNull)
                .map(ObjectInfo::modified)
                .min(Comparator.naturalOrder());
    }

    /** Deletes segments of the archive that no backup goes on with; to be called after backups were pruned. */
    public ArchivePrune.Result pruneArchive(ArchivePrune.Settings settings, Collection<BackupId> kept, Instant now)
            throws IOException {
        Optional<Instant> underWay = underWaySince();
        List<BackupManifest> manifests = new ArrayList<>();
        for (BackupId id : kept) {
            manifests.add(manifest(id));
        }
        return new ArchivePrune(archive(), settings).run(manifests, underWay, now);
    }

    /** The names of whole backups, by time. */
    public List<BackupId> ids() throws IOException {
        return entries().stream()
                .filter(entry -> entry.manifest() != null)
                .map(Entry::id)
                .toList();
    }

    /**
     * A backup's manifest.
     *
     * @throws BackupException if there is no such backup, or its manifest is damaged or can't be decrypted
     */
    public BackupManifest manifest(BackupId id) throws IOException {
        String key = key(id, MANIFEST);
        BackupManifest manifest = read(key, BackupManifest::fromJson)
                .orElseThrow(
                        () -> new BackupException(Reason.MISSING, "there is no backup " + id + " in " + store.place()));
        if (!manifest.id().equals(id)) {
            throw new BackupException(Reason.DAMAGED, key + " is the manifest of backup " + manifest.id());
        }
        return manifest;
    }

    /** What the last check of a backup found; empty if nobody looked. */
    public Optional<Verified> verified(BackupId id) throws IOException {
        return read(key(id, VERIFIED), Verified::fromJson);
    }

    /** Writes down what a check of a backup found. */
    public void note(BackupId id, Verified verified) throws IOException {
        write(key(id, VERIFIED), verified.toJson());
    }

    /** Says that a backup is being made. */
    void begin(BackupId id, String owner) throws IOException {
        String key = key(id, BEGUN);
        if (!store.create(key, Envelope.seal(key, new JsonObject().put("owner", owner), codec))) {
            throw new BackupException(Reason.TAKEN_AWAY, "somebody else makes a backup " + id);
        }
    }

    /** Says that it still is, and what was sent of it. */
    void beat(BackupId id, List<StoredFile> sent) throws IOException {
        JsonArray list = new JsonArray();
        sent.forEach(file -> list.add(file.toJson()));
        write(key(id, HEARTBEAT), new JsonObject().put("sent", list));
    }

    /** What was sent of a backup that isn't whole, as far as it was written down. */
    List<StoredFile> sent(BackupId id) throws IOException {
        Optional<List<StoredFile>> known = read(key(id, HEARTBEAT), json -> {
            List<StoredFile> sent = new ArrayList<>();
            json.getJsonArray("sent").forEach(file -> sent.add(StoredFile.fromJson((JsonObject) file)));
            return sent;
        });
        return known.orElse(List.of());
    }

    /** Whether a backup still counts as being made. */
    boolean isBegun(BackupId id) throws IOException {
        return store.find(key(id, BEGUN)).isPresent();
    }

    /** Makes a backup exist. */
    void publish(BackupManifest manifest) throws IOException {
        String key = key(manifest.id(), MANIFEST);
        if (!store.create(key, Envelope.seal(key, manifest.toJson(), codec))) {
            throw new BackupException(Reason.TAKEN_AWAY, "there is a backup " + manifest.id() + " already");
        }
    }

    /** Says that nobody makes a backup any more. */
    void unmark(BackupId id) throws IOException {
        store.delete(List.of(key(id, HEARTBEAT)));
        store.delete(List.of(key(id, BEGUN)));
    }

    /** Has a backup be no more. Its files stay until they are condemned and deleted. */
    public void forget(BackupId id) throws IOException {
        store.delete(List.of(key(id, MANIFEST)));
        store.delete(List.of(key(id, VERIFIED)));
    }

    /** The key of a file that a backup sends. */
    static String fileKey(BackupId id, String name) {
        return FILES + id + "/" + name;
    }

    /** The backup that sent the file with this key; empty if the key is none of ours. */
    static Optional<BackupId> sender(String fileKey) {
        int end = fileKey.indexOf('/', FILES.length());
        return end < 0 ? Optional.empty() : BackupId.parse(fileKey.substring(FILES.length(), end));
    }

    /** Shows all files there are. */
    void files(Consumer<ObjectInfo> each) throws IOException {
        store.list(FILES, each);
    }

    /** Condemns files. */
    void condemn(BackupId name, Collection<String> files) throws IOException {
        write(CONDEMNED + name + JSON, new JsonObject().put("files", new JsonArray(List.copyOf(files))));
    }

    /** All condemned files. */
    List<Condemned> condemned() throws IOException {
        List<ObjectInfo> objects = new ArrayList<>();
        store.list(CONDEMNED, objects::add);
        List<Condemned> all = new ArrayList<>();
        for (ObjectInfo object : objects) {
            read(
                            object.key(),
                            json -> new Condemned(
                                    object.key(),
                                    object.modified(),
                                    json.getJsonArray("files").stream()
                                            .map(String.class::cast)
                                            .filter(key -> key.startsWith(FILES))
                                            .toList()))
                    .ifPresent(all::add);
        }
        return all;
    }

    /** The keys of all condemned files. */
    Set<String> condemnedFiles() throws IOException {
        Set<String> all = new HashSet<>();
        condemned().forEach(one -> all.addAll(one.files()));
        return all;
    }

    private static String key(BackupId id, String name) {
        return BACKUPS + id + "/" + name;
    }

    private void write(String key, JsonObject content) throws IOException {
        store.write(key, Envelope.seal(key, content, codec));
    }

    /** What an object says; empty if there is none. */
    private <T> Optional<T> read(String key, Function<JsonObject, T> meaning) throws IOException {
        try (InputStream in = store.read(key)) {
            return Optional.of(Envelope.open(key, in, codec, meaning));
        } catch (ObjectStoreException e) {
            if (e.kind() == ObjectStoreException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
