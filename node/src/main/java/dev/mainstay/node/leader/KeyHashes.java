package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.HashMessages.Keys;
import dev.mainstay.node.leader.HashMessages.KeysQuestion;
import dev.mainstay.node.mvcc.HashRead;
import dev.mainstay.node.mvcc.KvStore;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Makes the hashes of all keys that members ask for. That reads everything and may take minutes, so they are made one after
 * another on a thread of their own, and whoever asked asks again until his is there. Any thread.
 */
final class KeyHashes implements AutoCloseable {

    /** Members of a cluster rarely ask at the same time, and whoever finds no place asks again. */
    private static final int MOST_WAITING = 4;

    private static final int KEPT = 4;

    private static final System.Logger LOG = System.getLogger(KeyHashes.class.getName());

    private final KvStore keys;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("key-hashes").daemon().factory());
    private final Set<KeysQuestion> waiting = new LinkedHashSet<>();
    private final Map<KeysQuestion, Keys> made = new LinkedHashMap<>();
    private volatile boolean closed;

    KeyHashes(KvStore keys) {
        this.keys = keys;
    }

    /** The answer if it is there, else that it is being made. A question's answer is kept until some others came. */
    synchronized Keys answer(KeysQuestion question) {
        if (question.revision() > keys.revision()) {
            return new Keys.Ahead();
        }
        Keys answer = made.get(question);
        if (answer != null) {
            return answer;
        }
        if (!closed && waiting.size() < MOST_WAITING && waiting.add(question)) {
            thread.execute(() -> make(question));
        }
        return new Keys.Pending();
    }

    private void make(KeysQuestion question) {
        try {
            switch (keys.hash(question.revision(), () -> closed)) {
                case HashRead.Hashed hashed -> keep(question, new Keys.Hashed(hashed.hash(), hashed.compactRevision()));
                case HashRead.Refused(ErrorCode code)
                when code == ErrorCode.COMPACTED -> keep(question, new Keys.Compacted());
                case HashRead.Refused _ -> drop(question);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the keys could not be hashed", e);
            drop(question);
        }
    }

    private synchronized void keep(KeysQuestion question, Keys answer) {
        waiting.remove(question);
        made.put(question, answer);
        if (made.size() > KEPT) {
            Iterator<KeysQuestion> oldest = made.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private synchronized void drop(KeysQuestion question) {
        waiting.remove(question);
    }

    /** Gives up what is being made, and returns when nothing reads the keys any more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.close();
    }
}
