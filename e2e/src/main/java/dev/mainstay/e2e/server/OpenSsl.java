package dev.mainstay.e2e.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An authority whose certificates the {@code openssl} command makes, for programs on the loopback address. */
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
        try {
            Files.writeString(folder.resolve("ca.cnf"), """
                    [ca]
                    default_ca = register
                    [register]
                    database = %1$s/index.txt
                    serial = %1$s/serial
                    unique_subject = no
                    crlnumber = %1$s/crlnumber
                    new_certs_dir = %1$s
                    certificate = %1$s/ca.pem
                    private_key = %1$s/ca.key
                    default_md = sha256
                    default_crl_days = 30
                    policy = names
                    [names]
                    commonName = supplied
                    """.formatted(folder));
            Files.writeString(folder.resolve("index.txt"), "");
            Files.writeString(folder.resolve("crlnumber"), "01\n");
            Files.writeString(folder.resolve("serial"), "1000\n");
            Files.writeString(folder.resolve("new.ext"), extensions("IP:127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String extensions(String names) {
        return """
                subjectAltName = %s
                extendedKeyUsage = serverAuth, clientAuth
                basicConstraints = critical, CA:FALSE
                """.formatted(names);
    }

    /** Its certificate, in PEM. */
    public String pem() {
        try {
            return Files.readString(folder.resolve("ca.pem"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes {@code cert.pem} and {@code key.pem} for a program at 127.0.0.1 into a folder, replacing what is there. */
    public void issue(Path target, String commonName) {
        request(commonName);
        sign();
        hand(target);
    }

    /** The same with other names than 127.0.0.1, as {@code DNS:a.example}. */
    public void issueFor(Path target, String commonName, String names) {
        try {
            Files.writeString(folder.resolve("new.ext"), extensions(names));
            issue(target, commonName);
            Files.writeString(folder.resolve("new.ext"), extensions("IP:127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, expired long ago. */
    public void issueExpired(Path target, String commonName) {
        request(commonName);
        run(List.of(
                "ca",
                "-batch",
                "-notext",
                "-config",
                path("ca.cnf"),
                "-startdate",
                "20200101000000Z",
                "-enddate",
                "20200201000000Z",
                "-extfile",
                path("new.ext"),
                "-in",
                path("new.csr"),
                "-out",
                path("new.pem")));
        hand(target);
    }

    /** Writes a list of revoked certificates, in DER: those revoked before, and those in these files. */
    public void revoke(Path list, Path... certificates) {
        for (Path certificate : certificates) {
            run(List.of("ca", "-config", path("ca.cnf"), "-revoke", certificate.toString()));
        }
        run(List.of("ca", "-config", path("ca.cnf"), "-gencrl", "-out", path("crl.pem")));
        run(List.of("crl", "-in", path("crl.pem"), "-outform", "DER", "-out", list.toString()));
    }

    private void request(String commonName) {
        List<String> request = new ArrayList<>(List.of("req", "-new", "-subj", "/CN=" + commonName));
        request.addAll(NEW_KEY);
        request.addAll(List.of(path("new.key"), "-out", path("new.csr")));
        run(request);
    }

    private void sign() {
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
    }

    private void hand(Path target) {
        create(target);
        try {
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
