package dev.mainstay.node.server.http;

/** How much this process logs, as long as it runs. Any thread. */
public interface LogLevels {

    /** etcd's word for the level now, such as {@code info}. */
    String now();

    /**
     * Logs so much from now on.
     *
     * @param word one of etcd's, in capitals or not
     * @param by who asked, for the log
     * @return whether there is such a level; if not, nothing changed
     */
    boolean change(String word, String by);
}
