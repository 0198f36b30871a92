package dev.mainstay.e2e.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the programs under test are on this machine.
 *
 * <p>Mainstay comes from the distribution the build made ({@code -Dmainstay.home}, default {@code node/target/mainstay}
 * beside this module). etcd and etcdctl come from the folder {@code e2e/bin/peers.sh} fills, which is run once when they
 * are missing.
 */
public final class Binaries {
    private Binaries() {}

    /** The launcher of the distribution under test. */
    public static Path mainstay() {
        Path home = Path.of(System.getProperty(
                "mainstay.home", e2eHome().resolve("../node/target/mainstay").toString()));
        Path launcher = home.resolve("bin/mainstay").toAbsolutePath().normalize();
        if (!Files.isExecutable(launcher)) {
            throw new IllegalStateException(launcher + " is missing: run `make dist` or set -Dmainstay.home");
        }
        return launcher;
    }

    /** The real etcd server. */
    public static Path etcd() {
        return peers().resolve("etcd");
    }

    /** The real etcdctl. */
    public static Path etcdctl() {
        return peers().resolve("etcdctl");
    }

    /** The real etcdutl. */
    public static Path etcdutl() {
        return peers().resolve("etcdutl");
    }

    /** This module's folder, for its scripts and client programs. */
    public static Path e2eHome() {
        String home = System.getProperty("e2e.home");
        if (home != null) {
            return Path.of(home);
        }
        Path here = Path.of("").toAbsolutePath();
        return here.endsWith("e2e") ? here : here.resolve("e2e");
    }

    private static Path peers() {
        Path script = e2eHome().resolve("bin/peers.sh");
        try {
            Process process = new ProcessBuilder(script.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String folder = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(script + " failed, its reason is on standard error");
            }
            return Path.of(folder);
        } catch (IOException e) {
            throw new IllegalStateException("cannot run " + script, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + script, e);
        }
    }
}
