package dev.mainstay.node.server;

import dev.mainstay.node.objectstore.StoreOption;
import java.util.Locale;

/** What {@code mainstay backup --help} prints. */
final class BackupHelp {

    private static final String COMMANDS = """
            Usage:

              mainstay backup probe --repository <place>
                Find out whether the place takes objects and gives them back.

              mainstay backup create --repository <place> [flags]
                Back up a running member, or the data directory of a stopped one. What earlier
                backups in the same place have sent isn't sent again.

                  --endpoints '127.0.0.1:2379'      Client URLs of members, with commas between.
                  --from 'follower'                 Whom of them to ask: one that doesn't lead if
                                                    there is one (follower), leader, or any.
                  --cacert ''                       Authorities that certificates may be of.
                  --cert '', --key ''               Client certificate, and its key in PKCS #8.
                  --user ''                         name:password, with authentication on.
                  --password ''                     Of the user, if it doesn't stand there.
                  --data-dir ''                     Data directory of a stopped member, instead.
                  --wal-dir ''                      Directory of its log, if it has one of its own.
                  --full                            Send everything.
                  --tags ''                         name=value,... to find the backup by.
                  --rate 0                          Most bytes per second to read, such as 50MB.
                  --parallel 4                      Files under way at a time, 1 to 4.

              mainstay backup list --repository <place>
                Show all whole backups, the oldest first.

              mainstay backup verify [<id>|latest] --repository <place> [flags]
                Find out whether a backup is what it was, and write that down beside it.

                  --mode 'checksum'                 checksum: read all its objects. restore: restore
                                                    it, read all keys, compare with what was there.
                  --all                             All backups, one after the other.
                  --scratch-dir ''                  Where to restore to; deleted afterwards.
                  --to-revision, --to-time, --to-latest, --line
                                                    All that a restore to this moment reads, the
                                                    archive too; nothing is restored.
                  --parallel 4                      Files under way at a time, 1 to 4.

              mainstay backup prune --repository <place> [flags]
                Delete backups that no rule keeps, and what no backup needs. The newest one and the
                newest verified one always stay. Without rules no backup goes.

                  --keep-last 0                     The newest so many.
                  --keep-hourly 0, --keep-daily 0, --keep-weekly 0, --keep-monthly 0
                                                    The newest of each of so many hours, days, weeks
                                                    and months that have one.
                  --max-age ''                      Older ones go, such as 90d, whatever else is said.
                  --dry-run                         Only say what would be done.
                  --grace 1h                        How long files stay that no backup needs.
                  --in-progress-age 48h             When a backup that broke off is given up.
                  --archive-max-age ''              Older segments of the archive go, such as 14d,
                                                    though backups go on with them.

              mainstay backup delete <id> --repository <place>
                Have a backup be no more, kept by rules or not. What no other needs goes with the
                next prune. It is no error if there is no such backup.

              mainstay backup restore [<id>|latest] --repository <place> --data-dir <directory> [flags]
                Make a data directory of a backup. Do so for each member of the new cluster, and
                start each with the same flags and --initial-cluster-state new.

                  --name 'default'                  Name of this member.
                  --data-dir ''                     Directory to make; ${name}.etcd if empty.
                  --wal-dir ''                      Directory of its own for the log.
                  --initial-cluster                 Members of the new cluster: name=url,name2=url.
                  --initial-cluster-token           Sets clusters with the same addresses apart.
                  --initial-advertise-peer-urls     This member's peer URLs as the others reach them.
                  --to-revision                     Go on through the archive to this revision,
                  --to-time                         to this time, such as 2027-03-14T14:05:00Z,
                  --to-latest                       or to its end, from the newest backup before.
                  --line ''                         Which line of the archive, if several reach it.
                  --if-archived                     With --to-latest: the backup that is named, or the
                                                    newest, as it is if no archive goes on from it.
                  --bump-revision 0                 How much to add to the newest revision.
                  --mark-compacted                  Mark it as compacted; with --bump-revision only.
                  --if-absent                       Leave the directory if it is this member's already.
                  --parallel 4                      Files under way at a time, 1 to 4.

            With all of them:

                  --encryption-key-file ''          Encrypt what is sent with the key in this file, 32
                                                    bytes or their base 64, and decrypt what is
                                                    read. Several, as id=file,id2=file2: the first
                                                    encrypts, or
                  --encryption-key-id ''            the one with this id.
                  --accept-unencrypted              Read what isn't encrypted though keys are given.
                  --compression-level 3             zstd's, up to 19; 0 for none.

            A place is file:///directory, s3://bucket/prefix, gs://bucket/prefix or
            azblob://container/prefix. Credentials are the environment's unless flags say otherwise:

            """;

    private static final String ARCHIVE = """
            Usage:

              mainstay archive status --repository <place>
                Show what can be restored to any moment (mainstay backup restore --to-revision,
                --to-time), and what is missing. Reads no segment.

                  --summary                         One line about all of it: whether what happens
                                                    now can be restored, and from when on without
                                                    a gap. Ends with 0 whatever is missing.

              mainstay archive verify --repository <place>
                Read all segments of the archive and find out whether they are what they were.

              Members write the archive: mainstay server --archive-repository <place>.

            """;

    private static final String END = """

              -w, --write-out simple, fields, json or table
              --result-file=<file>                Write what became of it there, as JSON of at most
                                                  4 KiB; with -w json, what was printed, too.

            Ends with 0 if all went well, 2 if something is damaged or missing, 1 if it
            couldn't be done, 128 for arguments that make no sense.
            """;

    private static final int INDENT = 36;

    private BackupHelp() {}

    static String text() {
        return text(COMMANDS);
    }

    static String archiveText() {
        return text(ARCHIVE + COMMANDS.substring(COMMANDS.indexOf("With all of them:")));
    }

    private static String text(String commands) {
        StringBuilder text = new StringBuilder(commands);
        for (StoreOption option : StoreOption.values()) {
            String flag = "      --" + option.flag();
            text.append(String.format(Locale.ROOT, "%-" + INDENT + "s%s%n", flag, option.purpose()));
        }
        return text.append(END).toString();
    }
}
