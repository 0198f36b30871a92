package dev.mainstay.node.etcdformat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import org.jspecify.annotations.Nullable;

/** Entries of the bucket {@code alarm}: AlarmMember → nothing. */
public final class EtcdAlarms {

    private EtcdAlarms() {}

    /** The key of an alarm's entry. */
    public static Bytes key(Alarm alarm) {
        return Bytes.wrap(AlarmMember.newBuilder()
                .setMemberID(alarm.memberId())
                .setAlarm(
                        switch (alarm.type()) {
                            case NOSPACE -> AlarmType.NOSPACE;
                            case CORRUPT -> AlarmType.CORRUPT;
                        })
                .build()
                .toByteArray());
    }

    /** Reads an alarm; null for one of a kind that isn't known here. */
    public static @Nullable Alarm of(byte[] key) throws EtcdRecordException {
        try {
            AlarmMember alarm = AlarmMember.parseFrom(key);
            return switch (alarm.getAlarm()) {
                case NOSPACE -> new Alarm(alarm.getMemberID(), Alarm.Type.NOSPACE);
                case CORRUPT -> new Alarm(alarm.getMemberID(), Alarm.Type.CORRUPT);
                case NONE, UNRECOGNIZED -> null;
            };
        } catch (InvalidProtocolBufferException e) {
            throw new EtcdRecordException("an alarm can't be read", e);
        }
    }
}
