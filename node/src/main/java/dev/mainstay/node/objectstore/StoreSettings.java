package dev.mainstay.node.objectstore;

import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where objects are, and how to get there.
 *
 * @param place {@code file:///directory}, {@code s3://bucket/prefix}, {@code gs://bucket/prefix} or {@code azblob://container/prefix}
 * @param options what was said beside it
 */
public record StoreSettings(URI place, Map<StoreOption, String> options) {

    /** No secret is longer than this, in bytes. */
    private static final int MAX_SECRET_BYTES = 64 * 1024;

    private static final Set<String> SCHEMES = Set.of("file", "s3", "gs", "azblob");

    /** As given, unchangeable from here on. */
    public StoreSettings {
        options = Map.copyOf(options);
    }

    /**
     * Takes the options of a command line.
     *
     * @param options by flag, with or without dashes; of a switch the value is {@code true} or {@code false}
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if the place isn't one, or hasn't such options
     */
    public static StoreSettings of(URI place, Map<String, String> options) throws ObjectStoreException {
        String scheme = scheme(place);
        Map<StoreOption, String> known = new EnumMap<>(StoreOption.class);
        for (Map.Entry<String, String> given : options.entrySet()) {
            StoreOption option = StoreOption.named(given.getKey())
                    .filter(found -> found.isOf(scheme))
                    .orElseThrow(() -> bad("places that begin with " + scheme + ":// have no option "
                            + given.getKey()
                            + (StoreOption.of(scheme).isEmpty()
                                    ? ""
                                    : "; they have "
                                            + String.join(
                                                    ", ",
                                                    StoreOption.of(scheme).stream()
                                                            .map(each -> "--" + each.flag())
                                                            .toList()))));
            String value = given.getValue().strip();
            if (value.isEmpty()) {
                throw bad("--" + option.flag() + " is empty");
            }
            if (option.isSwitch() && !value.equals("true") && !value.equals("false")) {
                throw bad("--" + option.flag() + " is either given or not; it can't be '" + value + "'");
            }
            known.put(option, value);
        }
        return new StoreSettings(place, known);
    }

    /** What kind of place it is: {@code file}, {@code s3}, {@code gs} or {@code azblob}. */
    public String scheme() {
        return place.getScheme().toLowerCase(Locale.ROOT);
    }

    /** The option's value, if it's given. */
    public Optional<String> option(StoreOption option) {
        return Optional.ofNullable(options.get(option));
    }

    /** Whether a switch is on. */
    public boolean isOn(StoreOption option) {
        return option(option).map("true"::equals).orElse(false);
    }

    /** The option's value as a file, if it's given. */
    public Optional<Path> file(StoreOption option) {
        return option(option).map(Path::of);
    }

    /**
     * What a secret's file holds, without the space around it.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if it can't be read, is empty or too long
     */
    public Optional<String> secret(StoreOption option) throws ObjectStoreException {
        Optional<Path> file = file(option);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        String flag = "--" + option.flag();
        try {
            if (Files.size(file.get()) > MAX_SECRET_BYTES) {
                throw bad(flag + ": " + file.get() + " is too long for what it should hold");
            }
            String text = Files.readString(file.get()).strip();
            if (text.isEmpty()) {
                throw bad(flag + ": " + file.get() + " is empty");
            }
            return Optional.of(text);
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw new ObjectStoreException(Kind.BAD_SETTING, flag + ": can't read " + file.get(), e);
        }
    }

    /**
     * The bucket or container of a place in a cloud.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if the place names none
     */
    public String bucket() throws ObjectStoreException {
        String name = place.getRawAuthority();
        if (name == null || name.isEmpty() || !name.matches("[A-Za-z0-9$][A-Za-z0-9._:-]*")) {
            throw bad(place + " names no bucket; write it as " + scheme() + "://bucket/prefix");
        }
        return name;
    }

    /**
     * What stands before all keys of a place in a cloud: empty, or ending in a slash.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if no key begins so
     */
    public String prefix() throws ObjectStoreException {
        String path = place.getRawPath() == null ? "" : place.getRawPath();
        while (path.startsWith("/")) {
            path = path.substring(1);
        }
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        if (path.isEmpty()) {
            return "";
        }
        if (!ObjectKeys.isKey(path)) {
            throw bad("the prefix in " + place
                    + " can't be one; it's to be made of A-Z a-z 0-9 . _ = - and single slashes");
        }
        return path + "/";
    }

    private static String scheme(URI place) throws ObjectStoreException {
        String scheme = place.getScheme() == null ? "" : place.getScheme().toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme)) {
            throw bad("'" + place + "' is no place for objects; places begin with file:///, s3://, gs:// or azblob://");
        }
        if (place.getRawQuery() != null || place.getRawFragment() != null || place.getRawUserInfo() != null) {
            throw bad(scheme + "://" + place.getHost() + ": a place has no user, no ? and no #; use options");
        }
        return scheme;
    }

    private static ObjectStoreException bad(String message) {
        return new ObjectStoreException(Kind.BAD_SETTING, message);
    }
}
