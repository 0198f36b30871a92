package dev.mainstay.e2e.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority whose certificates the {@code openssl} command makes, for members on the loopback address. */
public final class OpenSsl {
    private static final List<String> NEW_KEY =
            List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout");
    private static final String DAYS = "30";

    private final Path folder;

    /** Makes the authority, in a folder of its own. */
    public OpenSsl(Path folder, String commonName) {
        this.folder = folder;
        create(folder);
        List<String> command = new ArrayList<>(List.of("req", "-x509", "-days", DAYS, "-subj", "/CN=" + commonName));
        command.addAll(NEW_KEY);
        command.addAll(List.of(path("ca.key"), "-out", path("ca.pem")));
        run(command);
    }

    /** Its certificate, in PEM. */
    public String pem() {
        try {
            return Files.readString(folder.resolve("ca.pem"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code cert.pem} and {@code key.pem} for a member at 127.0.0.1 into a folder, replacing what is there. */
    public void issue(Path target, String commonName) {
        create(target);
        List<String> request = new ArrayList<>(List.of("req", "-new", "-subj", "/CN=" + commonName));
        request.addAll(NEW_KEY);
        request.addAll(List.of(path("new.key"), "-out", path("new.csr")));
        run(request);
        try {
            Files.writeString(folder.resolve("new.ext"), """
                    subjectAltName = IP:127.0.0.1
                    extendedKeyUsage = serverAuth, clientAuth
                    basicConstraints = critical, CA:FALSE
                    """);
            run(List.of(
                    "x509",
                    "-req",
                    "-days",
                    DAYS,
                    "-in",
                    path("new.csr"),
                    "-CA",
                    path("ca.pem"),
                    "-CAkey",
                    path("ca.key"),
                    "-CAcreateserial",
                    "-extfile",
                    path("new.ext"),
                    "-out",
                    path("new.pem")));
            Files.writeString(target.resolve("key.pem"), Files.readString(folder.resolve("new.key")));
            Files.writeString(target.resolve("cert.pem"), Files.readString(folder.resolve("new.pem")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String path(String file) {
        return folder.resolve(file).toString();
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void run(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the openssl command is needed to make certificates", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
