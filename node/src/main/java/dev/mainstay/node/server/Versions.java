package dev.mainstay.node.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;

/**
 * What this build is, and which etcd it is to clients.
 *
 * @param mainstay our release
 * @param commit the source it was built from
 */
public record Versions(String mainstay, String commit) {

    /** What Status and {@code /version} report: the newest release of etcd whose API we answer. */
    public static final String ETCD = "3.7.0";

    /** The version a cluster of such members agrees on, of its protocol and of its storage. */
    public static final String CLUSTER = "3.7.0";

    /** As the build wrote them down. */
    public static Versions read() {
        Properties build = new Properties();
        try (InputStream file = Versions.class.getResourceAsStream("/mainstay-build.properties")) {
            if (file != null) {
                build.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Versions(build.getProperty("version", "unknown"), build.getProperty("commit", "unknown"));
    }

    /** What {@code --version} prints: etcd's lines in etcd's order, since scripts cut them out, and ours after. */
    public String text() {
        return """
                etcd Version: %s
                Git SHA: %s
                Mainstay Version: %s
                Java Version: %s
                OS/Arch: %s/%s
                """.formatted(
                        ETCD,
                        commit,
                        mainstay,
                        Runtime.version(),
                        System.getProperty("os.name").toLowerCase(Locale.ROOT),
                        System.getProperty("os.arch"));
    }
}
