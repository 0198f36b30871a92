package dev.mainstay.node.backup;

/** Hears how far work with a backup is. Any thread. */
public interface BackupProgress {

    /** Hears nothing. */
    BackupProgress NONE = new BackupProgress() {
        @Override
        public void begin(String what, long bytes) {}

        @Override
        public void add(long bytes) {}

        @Override
        public void say(String line) {}
    };

    /** Something begins that handles so many bytes. */
    void begin(String what, long bytes);

    /** So many more were handled. */
    void add(long bytes);

    /** Something that whoever waits should know. */
    void say(String line);
}
