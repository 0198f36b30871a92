package dev.mainstay.node.watch;

/**
 * The server's side of one client stream with any number of watchers. Requests are answered through the {@link WatchSink}
 * in the order they were given; none of the methods blocks. Any thread may call, one at a time.
 *
 * <p>Each of {@link #create}, {@link #reject}, {@link #cancel} and {@link #requestProgress} is followed by one
 * {@link WatchSink#requestHandled}; no more than {@link WatchLimits#maxPendingRequests} may be under way.
 *
 * <p>A client that closes only its sending side goes on receiving: call {@link #close} when the stream has ended.
 */
public interface WatchStream extends AutoCloseable {

    /** Asks for a watcher; answered by {@link WatchReply.Created} or {@link WatchReply.Rejected}. */
    void create(WatchSpec spec);

    /** Answers a create request that was refused before it came here, in its place among the others. */
    void reject(String reason);

    /** Ends a watcher; answered by {@link WatchReply.Cancelled}, or not at all when there is no such watcher. */
    void cancel(long watchId);

    /**
     * Asks to be told once every watcher of the stream has got everything up to now. Answered at most once, as soon as that is
     * so; several requests that wait together may share an answer. Never answered when the stream has no watchers.
     */
    void requestProgress();

    /** The transport takes messages again. */
    void ready();

    /** Ends the stream and its watchers; nothing is sent after it but what is just being sent. Safe to call twice. */
    @Override
    void close();
}
