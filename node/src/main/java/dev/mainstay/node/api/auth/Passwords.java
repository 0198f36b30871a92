package dev.mainstay.node.api.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.mainstay.node.common.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes and checks passwords with bcrypt, on threads of their own, since each takes as long as thousands of reads. Any
 * thread. Its futures fail with {@link java.util.concurrent.RejectedExecutionException} when too many wait.
 */
public final class Passwords implements AutoCloseable {

    /** Bcrypt looks at no more, so a longer one would be less than it seems. */
    public static final int MOST_BYTES = 72;

    /** The costs that bcrypt knows. */
    public static final int LEAST_COST = 4;

    public static final int HIGHEST_COST = 31;

    private static final int MOST_WAITING = 512;

    private final int cost;
    private final BCrypt.Hasher hasher;
    private volatile @Nullable Bytes nobodys;
    private final ThreadPoolExecutor pool;

    /** @param cost the binary logarithm of bcrypt's rounds */
    public Passwords(int cost) {
        this.cost = cost;
        BCrypt.Version version = BCrypt.Version.VERSION_2A;
        this.hasher = BCrypt.with(version, new SecureRandom(), LongPasswordStrategies.truncate(version));
        AtomicInteger number = new AtomicInteger();
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        this.pool = new ThreadPoolExecutor(
                threads, threads, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "password-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Whether bcrypt would look at all of it. */
    public static boolean fits(String password) {
        return password.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES;
    }

    /** The hash to keep of a password. */
    public CompletableFuture<Bytes> hash(String password) {
        return run(() -> hashNow(password));
    }

    /** Whether a password is right. */
    public CompletableFuture<Boolean> isRight(String password, Bytes hash) {
        return run(() -> fits(password) && !hash.isEmpty() && verify(password, hash));
    }

    /** Takes as long as a check, so that an answer's time doesn't tell whether there is such a user. */
    public CompletableFuture<Boolean> isNobodys(String password) {
        return run(() -> {
            Bytes known = nobodys;
            if (known == null) {
                known = hashNow("nobody's");
                nobodys = known;
            }
            verify(password, known);
            return false;
        });
    }

    /** How many wait for their turn. */
    public int waiting() {
        return pool.getQueue().size();
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    @CanIgnoreReturnValue
    private static boolean verify(String password, Bytes hash) {
        return BCrypt.verifyer().verify(password.getBytes(StandardCharsets.UTF_8), hash.array()).verified;
    }

    private Bytes hashNow(String password) {
        return Bytes.wrap(hasher.hash(cost, password.getBytes(StandardCharsets.UTF_8)));
    }

    private <T> CompletableFuture<T> run(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, pool);
    }
}
