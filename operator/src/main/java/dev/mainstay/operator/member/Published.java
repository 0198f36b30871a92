package dev.mainstay.operator.member;

import org.jspecify.annotations.Nullable;

/**
 * What a member publishes of itself.
 *
 * @param tls the certificates and authorities that it uses
 * @param disk the disk that its data is on; null if it doesn't say
 * @param defragmenting whether it returns free space just now, which it does beside its work
 * @param archive what it says of the archive
 */
public record Published(TlsInUse tls, @Nullable Disk disk, boolean defragmenting, ArchiveNumbers archive) {

    /**
     * A disk.
     *
     * @param total its size, bytes
     * @param free what may still be written there, bytes
     */
    public record Disk(long total, long free) {}
}
