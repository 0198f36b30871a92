package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.membership.MemberId;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a directory of fetched files is: written as {@value #STARTED} when a fetch begins, so that it can go on after a
 * restart, and as {@value #COMPLETE} when every file is there and durable.
 *
 * @param sender the member it comes from
 * @param token what this member calls it towards the sender
 * @param id what the sender calls it
 * @param position the last log entry that the state holds
 */
public record IncomingManifest(long sender, long token, long id, LogPosition position, List<SnapshotFile> files) {

    /** The file of a whole state. */
    public static final String COMPLETE = "complete.json";

    /** The file of one that is being fetched. */
    public static final String STARTED = "started.json";

    private static final Logger LOG = LoggerFactory.getLogger(IncomingManifest.class);
    private static final int FORMAT = 1;

    public IncomingManifest {
        files = List.copyOf(files);
    }

    /** What a file says; null if it is missing or can't be understood. */
    public static @Nullable IncomingManifest read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            JsonObject fields = new JsonObject(Files.readString(file));
            Integer format = fields.getInteger("format");
            if (format == null || format != FORMAT) {
                throw new DecodeException("format " + format);
            }
            List<SnapshotFile> files = new ArrayList<>();
            for (Object one : fields.getJsonArray("files")) {
                JsonObject entry = (JsonObject) one;
                files.add(new SnapshotFile(entry.getString("name"), entry.getLong("bytes")));
            }
            return new IncomingManifest(
                    Long.parseUnsignedLong(fields.getString("sender"), 16),
                    Long.parseUnsignedLong(fields.getString("token"), 16),
                    Long.parseUnsignedLong(fields.getString("id"), 16),
                    new LogPosition(fields.getLong("term"), fields.getLong("index")),
                    files);
        } catch (RuntimeException e) {
            LOG.warn("{} can't be understood and counts as missing: {}", file, e.toString());
            return null;
        }
    }

    /** Whether all files are in the directory with their sizes. */
    public boolean isWholeIn(Path directory) throws IOException {
        for (SnapshotFile file : files) {
            Path path = directory.resolve(file.name());
            if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
                return false;
            }
        }
        return true;
    }

    /** Writes it so that it is there whole or not at all, also after a power cut. */
    public void write(Path file) throws IOException {
        JsonArray list = new JsonArray();
        files.forEach(one -> list.add(new JsonObject().put("name", one.name()).put("bytes", one.bytes())));
        String text = new JsonObject()
                .put("format", FORMAT)
                .put("term", position.term())
                .put("index", position.index())
                .put("sender", MemberId.hex(sender))
                .put("token", Long.toHexString(token))
                .put("id", Long.toHexString(id))
                .put("files", list)
                .encodePrettily();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.write(
                fresh,
                text.getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        Trees.forceParent(file);
    }
}
