package dev.mainstay.node.objectstore.file;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectKeys;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Objects as files below a directory, such as a mounted volume: a key's parts are directories and a file. An object appears by a
 * rename, after it's on disk. What is being written stands in the hidden folder {@value #UPLOADS}. Symbolic links below the
 * directory are refused, since they could lead out of it. Unlike with a cloud's store, no object's key may be what another's goes on
 * from with a slash, and a listing holds the names of one directory at a time in memory.
 */
public final class DirectoryStore implements ObjectStore {

    static final String UPLOADS = ".mainstay-uploads";

    private final Path root;
    private final NewFiles files;

    private DirectoryStore(Path root) {
        this.root = root;
        this.files = new NewFiles(root);
    }

    /**
     * Opens it. The directory itself is made when something is first written; the one that it's in must be there.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if it can't be a directory
     */
    public static DirectoryStore open(StoreSettings settings) throws ObjectStoreException {
        return open(directory(settings.place()));
    }

    /** As {@link #open(StoreSettings)}, of this directory. */
    public static DirectoryStore open(Path directory) throws ObjectStoreException {
        Path wanted = directory.toAbsolutePath().normalize();
        try {
            if (Files.exists(wanted)) {
                Path real = wanted.toRealPath();
                if (!Files.isDirectory(real)) {
                    throw new ObjectStoreException(Kind.BAD_SETTING, wanted + " is no directory");
                }
                return new DirectoryStore(real);
            }
            Path parent = wanted.getParent();
            Path name = wanted.getFileName();
            if (parent == null || name == null || !Files.isDirectory(parent)) {
                throw new ObjectStoreException(
                        Kind.BAD_SETTING,
                        "there is no directory " + parent + " for " + name
                                + "; make it, or mount what should be there");
            }
            return new DirectoryStore(parent.toRealPath().resolve(name));
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("open " + wanted, e);
        }
    }

    @Override
    public Optional<ObjectInfo> find(String key) throws ObjectStoreException {
        Path file = resolve(key);
        try {
            BasicFileAttributes attributes =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? Optional.of(info(key, attributes)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            if (FileFailures.isBelowFile(e)) {
                return Optional.empty();
            }
            throw FileFailures.of("look at " + file, e);
        }
    }

    @Override
    public InputStream read(String key, long offset) throws ObjectStoreException {
        Path file = resolve(key);
        if (find(key).isEmpty()) {
            throw new ObjectStoreException(Kind.MISSING, "there is no " + file);
        }
        try {
            return stream(file, offset);
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("read " + file, e);
        }
    }

    /** A file that is open stays the object it was, even if another is renamed into its place. */
    private static InputStream stream(Path file, long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        try {
            if (offset > channel.size()) {
                throw new ObjectStoreException(
                        Kind.DAMAGED, file + " has " + channel.size() + " bytes, and should have at least " + offset);
            }
            channel.position(offset);
            return new FileStream(Channels.newInputStream(channel), file);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public ObjectUpload upload(String key) throws ObjectStoreException {
        Path target = resolve(key);
        try {
            return new DirectoryUpload(files, files.begin(key), target);
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("write " + target, e);
        }
    }

    @Override
    public boolean create(String key, byte[] content) throws ObjectStoreException {
        Path target = resolve(key);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryUpload upload = new DirectoryUpload(files, files.begin(key), target)) {
            upload.write(content, 0, content.length);
            return upload.commitIfNone();
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("write " + target, e);
        }
    }

    @Override
    public void write(String key, byte[] content) throws ObjectStoreException {
        try (ObjectUpload upload = upload(key)) {
            upload.write(content, 0, content.length);
            upload.commit();
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("write " + root.resolve(key), e);
        }
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
        ObjectKeys.checkPrefix(prefix);
        try {
            list(root, "", prefix, each);
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileFailures.of("list " + root, e);
        }
    }

    /** A directory's place in the order of keys is that of its name with a slash. */
    private void list(Path directory, String above, String prefix, Consumer<ObjectInfo> each) throws IOException {
        TreeMap<String, Path> entries = new TreeMap<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            for (Path entry : stream) {
                String name = entry.getFileName().toString();
                boolean isFolder = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
                String key = above + name + (isFolder ? "/" : "");
                if (key.startsWith(prefix) || (isFolder && prefix.startsWith(key))) {
                    entries.put(key, entry);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return; // gone meanwhile, or not made yet
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (var entry : entries.entrySet()) {
            String key = entry.getKey();
            if (key.endsWith("/")) {
                if (ObjectKeys.isKey(key.substring(0, key.length() - 1))) {
                    list(entry.getValue(), key, prefix, each);
                }
            } else if (ObjectKeys.isKey(key)) {
                find(key).ifPresent(each);
            }
        }
    }

    @Override
    public void delete(Collection<String> keys) throws ObjectStoreException {
        Set<Path> parents = new HashSet<>();
        for (String key : keys) {
            Path file = resolve(key);
            try {
                if (find(key).isPresent() && Files.deleteIfExists(file)) {
                    parents.add(file.getParent());
                }
            } catch (ObjectStoreException e) {
                throw e;
            } catch (IOException e) {
                throw FileFailures.of("delete " + file, e);
            }
        }
        for (Path parent : parents) {
            try {
                files.removeIfEmpty(parent);
            } catch (IOException e) {
                throw FileFailures.of("delete what was in " + parent, e);
            }
        }
    }

    @Override
    public void abandonUploads(String prefix, Duration olderThan) throws ObjectStoreException {
        ObjectKeys.checkPrefix(prefix);
        try {
            files.removeLeftovers(prefix, Instant.now().minus(olderThan));
        } catch (IOException e) {
            throw FileFailures.of("clean " + root.resolve(UPLOADS), e);
        }
    }

    @Override
    public String place() {
        return "file://" + root;
    }

    @Override
    public void close() {
        // Files are open only as long as their streams are.
    }

    private static ObjectInfo info(String key, BasicFileAttributes attributes) {
        return new ObjectInfo(
                key, attributes.size(), attributes.lastModifiedTime().toInstant());
    }

    private Path resolve(String key) throws ObjectStoreException {
        ObjectKeys.check(key);
        Path path = root;
        for (String part : key.split("/", -1)) {
            path = path.resolve(part);
            if (Files.isSymbolicLink(path)) {
                throw new ObjectStoreException(
                        Kind.BAD_SETTING,
                        path + " is a symbolic link, which could lead elsewhere; put what it names in its place");
            }
        }
        return path;
    }

    private static Path directory(URI place) throws ObjectStoreException {
        String authority = place.getRawAuthority();
        String path = place.getPath();
        if ((authority != null && !authority.isEmpty()) || path == null || !path.startsWith("/")) {
            throw new ObjectStoreException(Kind.BAD_SETTING, place + " isn't a directory; write file:///the/directory");
        }
        return Path.of(path);
    }
}
