package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.List;

/**
 * What one watcher of a range of keys was sent, over all the streams it needed. Safe for any number of threads.
 */
public final class WatchLog {
    private final String name;
    private final Keys keys;
    private final long first;
    private final List<Message> messages = new ArrayList<>();
    private long next;

    /** A watcher that begins with the changes of revision {@code first}. */
    public WatchLog(String name, Keys keys, long first) {
        this.name = name;
        this.keys = keys;
        this.first = first;
        next = first;
    }

    /** One message with changes came over this stream. Returns the revision to go on with should the stream break now. */
    public synchronized long received(int stream, List<Change> changes) {
        messages.add(new Message(stream, changes));
        for (Change change : changes) {
            next = Math.max(next, change.revision() + 1);
        }
        return next;
    }

    /** The revision to go on with: after the last change that was seen. */
    public synchronized long next() {
        return next;
    }

    /** What was seen so far, in order. */
    public synchronized List<Message> messages() {
        return List.copyOf(messages);
    }

    /** For messages. */
    public String name() {
        return name;
    }

    /** The keys watched. */
    public Keys keys() {
        return keys;
    }

    /** The revision the watcher began with. */
    public long first() {
        return first;
    }

    /** Changes that came together. */
    public record Message(int stream, List<Change> changes) {
        /** Copies the list. */
        public Message {
            changes = List.copyOf(changes);
        }
    }
}
