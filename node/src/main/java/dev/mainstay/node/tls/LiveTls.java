package dev.mainstay.node.tls;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The certificates, key and trust of an endpoint, as its files say at any time. The managers handed out here follow the
 * files; connections that exist stay as they are.
 *
 * <p>The files are read every second and compared by content, so that it doesn't matter how they are replaced: written
 * over, renamed, or by a link to another folder, as Kubernetes does. Changed ones are taken, all together, once they have
 * stayed the same for two looks: a certificate and its key are rarely replaced in the same instant. What can't be used is
 * logged once and not taken.
 */
public final class LiveTls implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(LiveTls.class.getName());

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final TlsFiles files;
    private final String purpose;
    private final InstantSource clock;
    private final LiveKeyManager serving;
    private final LiveKeyManager calling;
    private final LiveTrustManager trust;
    private final RefusalLog refusals;
    private final ScheduledExecutorService watcher;
    private volatile TlsMaterial material;
    private final AtomicLong reloads = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private String taken;
    private String seen;
    private String problem = "";

    private LiveTls(TlsFiles files, NameRules rules, String purpose, InstantSource clock) throws TlsException {
        this.files = files;
        this.purpose = purpose;
        this.clock = clock;
        TlsMaterial.Contents contents = TlsMaterial.Contents.read(files);
        material = TlsMaterial.of(files, contents, clock.instant());
        taken = contents.digest();
        seen = taken;
        serving = new LiveKeyManager(material.serving());
        calling = new LiveKeyManager(material.calling());
        refusals = new RefusalLog(purpose, System::nanoTime);
        trust = new LiveTrustManager(() -> material.trust(), rules, refusals);
        watcher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name(purpose + "-certificates").factory());
    }

    /**
     * Reads the files.
     *
     * @param rules what certificates of others must say
     * @param purpose what the connections are for, as in {@code peer}; for logs and thread names
     * @throws TlsException if they can't be used now
     */
    public static LiveTls open(TlsFiles files, NameRules rules, String purpose, InstantSource clock)
            throws TlsException {
        LiveTls opened = new LiveTls(files, rules, purpose, clock);
        LOG.log(Level.INFO, purpose + " TLS uses " + opened.described());
        return opened;
    }

    /** Follows the files from now on. */
    public void follow() {
        var _ = watcher.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Looks at the files once. */
    synchronized void look() {
        TlsMaterial.Contents contents = null;
        String found;
        try {
            contents = TlsMaterial.Contents.read(files);
            found = contents.digest();
        } catch (TlsException e) {
            found = String.valueOf(e.getMessage());
        }
        boolean settled = found.equals(seen);
        seen = found;
        if (found.equals(taken)) {
            problem = "";
        } else if (settled) {
            if (contents == null) {
                report(found);
            } else {
                settle(contents, found);
            }
        }
    }

    private void settle(TlsMaterial.Contents contents, String found) {
        try {
            take(TlsMaterial.of(files, contents, clock.instant()));
            taken = found;
        } catch (TlsException | RuntimeException e) {
            report(String.valueOf(e.getMessage()));
        }
    }

    private void report(String reason) {
        if (!reason.equals(problem)) {
            problem = reason;
            failures.incrementAndGet();
            LOG.log(
                    Level.ERROR,
                    "changed " + purpose + " certificates can't be used, the ones before stay in use: " + reason);
        }
    }

    private void take(TlsMaterial fresh) {
        material = fresh;
        serving.replace(fresh.serving());
        calling.replace(fresh.calling());
        problem = "";
        reloads.incrementAndGet();
        LOG.log(Level.INFO, purpose + " TLS was reloaded and now uses " + described());
    }

    private String described() {
        TlsMaterial now = material;
        String own = Certificates.describe(now.serving().certificate());
        boolean same = now.calling().certificate().equals(now.serving().certificate());
        return own
                + (same
                        ? ""
                        : " and, for calling, "
                                + Certificates.describe(now.calling().certificate())) + "; valid until " + now.expiry();
    }

    /** What is shown to clients. */
    public X509ExtendedKeyManager serving() {
        return serving;
    }

    /** What is shown to servers. */
    public X509ExtendedKeyManager calling() {
        return calling;
    }

    /** Who is believed. */
    public X509ExtendedTrustManager trust() {
        return trust;
    }

    /** Where refused connections are noted. */
    public RefusalLog refusals() {
        return refusals;
    }

    /** When the first of the certificates shown expires. */
    public Instant expiry() {
        return material.expiry();
    }

    /** What connections made now get. */
    public TlsInUse inUse() {
        TlsMaterial now = material;
        return new TlsInUse(TlsInUse.Leaf.of(now.serving()), TlsInUse.Leaf.of(now.calling()), now.bundle());
    }

    /** How often changed files were taken. */
    public long reloads() {
        return reloads.get();
    }

    /** How often changed files could not be used. */
    public long failures() {
        return failures.get();
    }

    /** Stops following the files. */
    @Override
    public void close() {
        watcher.shutdownNow();
    }
}
